// Errors as values: a function that can fail because of what a user gave returns Result<T>.
//
//   Result<Image> image = read_image(path);
//   if (!image) return image.error();
//   use(*image);
//
// An error carries a sentence that says what is wrong and what to do about it. Broken invariants are not errors of this
// kind: they are reported with GALEN_CHECK (check.h).
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <variant>

#include "galen/base/check.h"

namespace galen {

// What kind of failure it is; the command line maps it to an exit status.
enum class ErrorKind {
  kFailed,   // Something went wrong while running (missing file, damaged data, full disk).
  kUsage,    // The command or its options make no sense.
  kRefused,  // The request can be understood but is not to be answered (wrong modality, no weights).
  kInterrupted,
};

struct Error {
  std::string message;
  ErrorKind kind = ErrorKind::kFailed;
};

inline Error usage_error(std::string message) { return {std::move(message), ErrorKind::kUsage}; }
inline Error refusal(std::string message) { return {std::move(message), ErrorKind::kRefused}; }

// Either a value or an Error.
template <typename T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}

  explicit operator bool() const { return state_.index() == 0; }
  bool ok() const { return state_.index() == 0; }

  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(value()); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

  T& value() & {
    GALEN_CHECK(ok(), error_message());
    return std::get<0>(state_);
  }
  const T& value() const& {
    GALEN_CHECK(ok(), error_message());
    return std::get<0>(state_);
  }
  T&& value() && {
    GALEN_CHECK(ok(), error_message());
    return std::get<0>(std::move(state_));
  }
  const Error& error() const {
    GALEN_CHECK(!ok(), "error() of a Result that holds a value");
    return std::get<1>(state_);
  }

  // The same error with words in front that say where it happened: "context: message".
  Error error_in(const std::string& context) const { return {context + ": " + error().message, error().kind}; }

 private:
  std::string error_message() const {
    return ok() ? std::string() : "value() of an error: " + std::get<1>(state_).message;
  }

  std::variant<T, Error> state_;
};

// Success or an Error, for functions that return nothing.
template <>
class [[nodiscard]] Result<void> {
 public:
  Result() = default;
  Result(Error error) : error_(std::move(error)) {}

  explicit operator bool() const { return !error_; }
  bool ok() const { return !error_; }
  const Error& error() const {
    GALEN_CHECK(!ok(), "error() of a successful Result");
    return *error_;
  }
  Error error_in(const std::string& context) const { return {context + ": " + error().message, error().kind}; }

 private:
  std::optional<Error> error_;
};

using Status = Result<void>;

}  // namespace galen
