// Matrix products.
#include "galen/train/operators.h"

namespace galen::train {
namespace {

using torch::Tensor;

Operator gemm() {
  Operator made;
  made.attributes = {"alpha", "beta", "transA", "transB"};
  made.make = [](const Site& site) -> Result<Kernel> {
    const double alpha = site.node.number("alpha", 1), beta = site.node.number("beta", 1);
    const bool transpose_a = site.node.integer("transA", 0) != 0, transpose_b = site.node.integer("transB", 0) != 0;
    return Kernel([=](Call& call) -> Tensors {
      const Tensor a = transpose_a ? call.inputs[0].t() : call.inputs[0];
      const Tensor b = transpose_b ? call.inputs[1].t() : call.inputs[1];
      if (has_input(call, 2) && a.is_floating_point()) return {torch::addmm(call.inputs[2], a, b, beta, alpha)};
      Tensor output = torch::mm(a, b);
      if (alpha != 1) output = output * alpha;
      if (has_input(call, 2)) output = output + call.inputs[2] * beta;
      return {output};
    });
  };
  return made;
}

Operator matmul() {
  Operator made;
  made.make = [](const Site&) -> Result<Kernel> {
    return Kernel([](Call& call) -> Tensors { return {torch::matmul(call.inputs[0], call.inputs[1])}; });
  };
  return made;
}

Operator einsum() {
  Operator made;
  made.attributes = {"equation"};
  made.make = [](const Site& site) -> Result<Kernel> {
    const std::string equation = site.node.text("equation", "");
    return Kernel([equation](Call& call) -> Tensors { return {torch::einsum(equation, call.inputs)}; });
  };
  return made;
}

Operator triangle() {
  Operator made;
  made.attributes = {"upper"};
  made.make = [](const Site& site) -> Result<Kernel> {
    const bool upper = site.node.integer("upper", 1) != 0;
    return Kernel([upper](Call& call) -> Tensors {
      const std::int64_t diagonal = has_input(call, 1) ? call.inputs[1].item().toLong() : 0;
      return {upper ? torch::triu(call.inputs[0], diagonal) : torch::tril(call.inputs[0], diagonal)};
    });
  };
  return made;
}

}  // namespace

void add_matrix_operators(OperatorTable& table) {
  table["Gemm"] = gemm();
  table["MatMul"] = matmul();
  table["Einsum"] = einsum();
  table["Trilu"] = triangle();
}

}  // namespace galen::train
