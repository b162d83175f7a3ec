// Operators that treat each element by itself.
#include <cmath>
#include <limits>

#include "galen/train/operators.h"

namespace galen::train {
namespace {

using torch::Tensor;
using Unary = Tensor (*)(const Tensor&);
using Binary = Tensor (*)(const Tensor&, const Tensor&);

Operator unary(Unary function, Unary in_place = nullptr, bool saves_output = false) {
  Operator made;
  made.saves_output = saves_output;
  made.make = [function, in_place](const Site&) -> Result<Kernel> {
    return Kernel([function, in_place](Call& call) -> Tensors {
      return {call.in_place && in_place != nullptr ? in_place(call.inputs[0]) : function(call.inputs[0])};
    });
  };
  return made;
}

Operator binary(Binary function) {
  Operator made;
  made.make = [function](const Site&) -> Result<Kernel> {
    return Kernel([function](Call& call) -> Tensors { return {function(call.inputs[0], call.inputs[1])}; });
  };
  return made;
}

// Sum, Mean, Min and Max take any number of inputs.
Operator variadic(Binary function, bool mean = false) {
  Operator made;
  made.shares_input = true;
  made.make = [function, mean](const Site&) -> Result<Kernel> {
    return Kernel([function, mean](Call& call) -> Tensors {
      Tensor result = call.inputs[0];
      for (std::size_t i = 1; i < call.inputs.size(); ++i) result = function(result, call.inputs[i]);
      if (mean) result = result / static_cast<double>(call.inputs.size());
      return {result};
    });
  };
  return made;
}

// An activation with float attributes a and b.
template <typename Function>
Operator activation(std::string a, float a_default, std::string b, float b_default, Function function) {
  Operator made;
  for (const std::string& name : {a, b}) {
    if (!name.empty()) made.attributes.push_back(name);
  }
  made.make = [=](const Site& site) -> Result<Kernel> {
    const double first = site.node.number(a, a_default);
    const double second = b.empty() ? 0 : site.node.number(b, b_default);
    return Kernel([=](Call& call) -> Tensors { return {function(call.inputs[0], first, second)}; });
  };
  return made;
}

Operator add() {
  Operator made;
  made.make = [](const Site&) -> Result<Kernel> {
    return Kernel([](Call& call) -> Tensors {
      Tensor &a = call.inputs[0], &b = call.inputs[1];
      if (call.in_place && a.sizes() == b.sizes() && a.scalar_type() == b.scalar_type()) return {a.add_(b)};
      return {torch::add(a, b)};
    });
  };
  return made;
}

Tensor divide(const Tensor& a, const Tensor& b) {
  // Integer division of ONNX truncates, as C does.
  return torch::isIntegralType(a.scalar_type(), false) ? torch::div(a, b, "trunc") : torch::div(a, b);
}

Tensor power(const Tensor& base, const Tensor& exponent) {
  // A constant exponent keeps LibTorch from computing gradients with respect to it, and x^2 stays cheap.
  if (exponent.numel() == 1 && exponent.dim() <= base.dim() && !exponent.requires_grad()) {
    return torch::pow(base, exponent.item()).to(base.scalar_type());
  }
  return torch::pow(base, exponent).to(base.scalar_type());
}

Operator clip() {
  Operator made;
  made.attributes = {"min", "max"};
  made.saves_output = true;
  made.make = [](const Site& site) -> Result<Kernel> {
    const auto& node = site.node;
    const bool has_low = node.attributes.count("min") != 0, has_high = node.attributes.count("max") != 0;
    const double low = node.number("min", 0), high = node.number("max", 0);
    return Kernel([=](Call& call) -> Tensors {
      const Tensor& input = call.inputs[0];
      std::optional<torch::Scalar> minimum, maximum;
      if (has_low) minimum = low;
      if (has_high) maximum = high;
      if (has_input(call, 1)) minimum = call.inputs[1].item();
      if (has_input(call, 2)) maximum = call.inputs[2].item();
      if (!minimum && !maximum) return {input.clone()};
      if (minimum && maximum && input.is_floating_point() && minimum->toDouble() <= maximum->toDouble()) {
        return {call.in_place ? torch::hardtanh_(call.inputs[0], *minimum, *maximum)
                              : torch::hardtanh(input, *minimum, *maximum)};
      }
      return {torch::clamp(input, minimum, maximum)};
    });
  };
  return made;
}

Operator dropout() {
  Operator made;
  made.attributes = {"ratio", "seed"};
  made.shares_input = true;
  made.make = [](const Site& site) -> Result<Kernel> {
    const double attribute = site.node.number("ratio", 0.5F);
    const bool wants_mask = site.node.outputs.size() > 1;
    return Kernel([=](Call& call) -> Tensors {
      const Tensor& input = call.inputs[0];
      const double ratio = has_input(call, 1) ? call.inputs[1].item().toDouble() : attribute;
      if (!call.training || ratio <= 0) {
        Tensors outputs{input};
        if (wants_mask) outputs.push_back(torch::ones(input.sizes(), torch::kBool));
        return outputs;
      }
      if (!wants_mask) return {torch::dropout(input, ratio, true)};
      const Tensor mask = torch::rand(input.sizes()) >= ratio;
      return {input * mask / (1 - ratio), mask};
    });
  };
  return made;
}

Operator cast() {
  Operator made;
  made.attributes = {"to"};
  made.shares_input = true;
  made.make = [](const Site& site) -> Result<Kernel> {
    // Numbers of onnx::TensorProto::DataType.
    static const std::map<std::int64_t, torch::ScalarType> kTypes = {
        {1, torch::kFloat}, {2, torch::kByte}, {3, torch::kChar},  {5, torch::kShort},   {6, torch::kInt},
        {7, torch::kLong},  {9, torch::kBool}, {10, torch::kHalf}, {11, torch::kDouble}, {16, torch::kBFloat16}};
    const auto type = kTypes.find(site.node.integer("to", 0));
    if (type == kTypes.end()) {
      return unsupported(site.node,
                         "cast to element type " + std::to_string(site.node.integer("to", 0)) + " is not supported");
    }
    const torch::ScalarType wanted = type->second;
    return Kernel([wanted](Call& call) -> Tensors { return {call.inputs[0].to(wanted)}; });
  };
  return made;
}

Operator prelu() {
  Operator made;
  made.make = [](const Site&) -> Result<Kernel> {
    return Kernel([](Call& call) -> Tensors {
      const Tensor& input = call.inputs[0];
      return {torch::clamp_min(input, 0) + call.inputs[1] * torch::clamp_max(input, 0)};
    });
  };
  return made;
}

Operator where() {
  Operator made;
  made.make = [](const Site&) -> Result<Kernel> {
    return Kernel([](Call& call) -> Tensors { return {torch::where(call.inputs[0], call.inputs[1], call.inputs[2])}; });
  };
  return made;
}

Operator modulo() {
  Operator made;
  made.attributes = {"fmod"};
  made.make = [](const Site& site) -> Result<Kernel> {
    const bool c_style = site.node.integer("fmod", 0) != 0;
    return Kernel([c_style](Call& call) -> Tensors {
      const auto& [a, b] = std::tie(call.inputs[0], call.inputs[1]);
      return {c_style ? torch::fmod(a, b) : torch::remainder(a, b)};
    });
  };
  return made;
}

// Per-tensor or per-axis scale and zero point, shaped to broadcast along `axis`.
Tensor along_axis(const Tensor& values, std::int64_t axis, std::int64_t rank) {
  if (values.dim() == 0 || values.numel() == 1) return values.reshape({});
  std::vector<std::int64_t> shape(rank, 1);
  shape[normalised_axis(axis, rank)] = values.numel();
  return values.reshape(shape);
}

Operator dequantize() {
  Operator made;
  made.attributes = {"axis"};
  made.make = [](const Site& site) -> Result<Kernel> {
    const std::int64_t axis = site.node.integer("axis", 1);
    return Kernel([axis](Call& call) -> Tensors {
      const Tensor scale = along_axis(call.inputs[1], axis, call.inputs[0].dim());
      Tensor value = call.inputs[0].to(torch::kInt);
      if (has_input(call, 2)) value = value - along_axis(call.inputs[2], axis, value.dim()).to(torch::kInt);
      return {value.to(scale.scalar_type()) * scale};
    });
  };
  return made;
}

Operator quantize() {
  Operator made;
  made.attributes = {"axis"};
  made.make = [](const Site& site) -> Result<Kernel> {
    const std::int64_t axis = site.node.integer("axis", 1);
    return Kernel([axis](Call& call) -> Tensors {
      const Tensor& input = call.inputs[0];
      Tensor value = torch::round(input / along_axis(call.inputs[1], axis, input.dim()));
      torch::ScalarType type = torch::kByte;
      if (has_input(call, 2)) {
        type = call.inputs[2].scalar_type();
        value = value + along_axis(call.inputs[2], axis, input.dim());
      }
      TORCH_CHECK(type == torch::kByte || type == torch::kChar, "QuantizeLinear gives uint8 or int8 only");
      return {(type == torch::kByte ? value.clamp(0, 255) : value.clamp(-128, 127)).to(type)};
    });
  };
  return made;
}

}  // namespace

void add_elementwise_operators(OperatorTable& table) {
  table["Relu"] =
      unary([](const Tensor& x) { return torch::relu(x); }, [](const Tensor& x) { return Tensor(x).relu_(); }, true);
  table["Sigmoid"] = unary([](const Tensor& x) { return torch::sigmoid(x); }, nullptr, true);
  table["Tanh"] = unary([](const Tensor& x) { return torch::tanh(x); }, nullptr, true);
  table["Exp"] = unary([](const Tensor& x) { return torch::exp(x); }, nullptr, true);
  table["Sqrt"] = unary([](const Tensor& x) { return torch::sqrt(x); }, nullptr, true);
  table["Reciprocal"] = unary([](const Tensor& x) { return torch::reciprocal(x); }, nullptr, true);
  table["Log"] = unary([](const Tensor& x) { return torch::log(x); });
  table["Neg"] = unary([](const Tensor& x) { return torch::neg(x); });
  table["Abs"] = unary([](const Tensor& x) { return torch::abs(x); });
  table["Erf"] = unary([](const Tensor& x) { return torch::erf(x); });
  table["Sin"] = unary([](const Tensor& x) { return torch::sin(x); });
  table["Cos"] = unary([](const Tensor& x) { return torch::cos(x); });
  table["Tan"] = unary([](const Tensor& x) { return torch::tan(x); }, nullptr, true);
  table["Atan"] = unary([](const Tensor& x) { return torch::atan(x); });
  table["Floor"] = unary([](const Tensor& x) { return torch::floor(x); });
  table["Ceil"] = unary([](const Tensor& x) { return torch::ceil(x); });
  table["Round"] = unary([](const Tensor& x) { return torch::round(x); });
  table["Sign"] = unary([](const Tensor& x) { return torch::sign(x); });
  table["Not"] = unary([](const Tensor& x) { return torch::logical_not(x); });
  table["IsNaN"] = unary([](const Tensor& x) { return torch::isnan(x); });
  table["Softplus"] = unary([](const Tensor& x) { return torch::softplus(x); });
  table["Softsign"] = unary([](const Tensor& x) { return x / (1 + x.abs()); });
  table["HardSwish"] = unary([](const Tensor& x) { return torch::hardswish(x); });
  table["Identity"] = unary([](const Tensor& x) { return x; });
  table["Identity"].shares_input = true;

  table["Add"] = add();
  table["Sub"] = binary([](const Tensor& a, const Tensor& b) { return torch::sub(a, b); });
  table["Mul"] = binary([](const Tensor& a, const Tensor& b) { return torch::mul(a, b); });
  table["Div"] = binary(divide);
  table["Pow"] = binary(power);
  table["Pow"].saves_output = true;
  table["Equal"] = binary([](const Tensor& a, const Tensor& b) { return torch::eq(a, b); });
  table["Less"] = binary([](const Tensor& a, const Tensor& b) { return torch::lt(a, b); });
  table["LessOrEqual"] = binary([](const Tensor& a, const Tensor& b) { return torch::le(a, b); });
  table["Greater"] = binary([](const Tensor& a, const Tensor& b) { return torch::gt(a, b); });
  table["GreaterOrEqual"] = binary([](const Tensor& a, const Tensor& b) { return torch::ge(a, b); });
  table["And"] = binary([](const Tensor& a, const Tensor& b) { return torch::logical_and(a, b); });
  table["Or"] = binary([](const Tensor& a, const Tensor& b) { return torch::logical_or(a, b); });
  table["Xor"] = binary([](const Tensor& a, const Tensor& b) { return torch::logical_xor(a, b); });
  table["Mod"] = modulo();

  table["Sum"] = variadic([](const Tensor& a, const Tensor& b) { return torch::add(a, b); });
  table["Mean"] = variadic([](const Tensor& a, const Tensor& b) { return torch::add(a, b); }, true);
  table["Min"] = variadic([](const Tensor& a, const Tensor& b) { return torch::minimum(a, b); });
  table["Max"] = variadic([](const Tensor& a, const Tensor& b) { return torch::maximum(a, b); });

  table["LeakyRelu"] = activation("alpha", 0.01F, "", 0,
                                  [](const Tensor& x, double alpha, double) { return torch::leaky_relu(x, alpha); });
  table["Elu"] =
      activation("alpha", 1.0F, "", 0, [](const Tensor& x, double alpha, double) { return torch::elu(x, alpha); });
  table["Celu"] =
      activation("alpha", 1.0F, "", 0, [](const Tensor& x, double alpha, double) { return torch::celu(x, alpha); });
  table["Selu"] = activation("alpha", 1.67326319217681884765625F, "gamma", 1.05070102214813232421875F,
                             [](const Tensor& x, double alpha, double gamma) { return torch::elu(x, alpha, gamma); });
  table["HardSigmoid"] = activation("alpha", 0.2F, "beta", 0.5F, [](const Tensor& x, double alpha, double beta) {
    return torch::clamp(x * alpha + beta, 0, 1);
  });
  table["ThresholdedRelu"] = activation(
      "alpha", 1.0F, "", 0, [](const Tensor& x, double alpha, double) { return torch::threshold(x, alpha, 0); });

  table["Clip"] = clip();
  table["Dropout"] = dropout();
  table["Cast"] = cast();
  table["PRelu"] = prelu();
  table["Where"] = where();
  table["DequantizeLinear"] = dequantize();
  table["QuantizeLinear"] = quantize();
}

}  // namespace galen::train
