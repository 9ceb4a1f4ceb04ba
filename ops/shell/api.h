// The API's frame: routes, who may call them, and the one form of error: {code, message, field, trace}.
//
// Built by main before the door opens; used on the door's thread.
#pragma once

#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "ops/shell/door.h"
#include "ops/shell/metrics.h"
#include "ops/shell/tokens.h"

namespace redress::shell {

// Who may call a route.
enum class Access { anyone, casework, operations, any_token };

struct Call {
  const Request& request;
  Person person;     // of the token; staff 0 where none is needed
  std::string tail;  // of a path that ends in "/*": what stands for the star
  Respond respond;
};

class Api {
 public:
  Api(Tokens& tokens, Metrics& metrics) : tokens_{tokens}, metrics_{metrics} {}

  // `path` is exact, or ends in "/*" for one more segment or more. The first route that fits is taken.
  void add(std::string method, std::string path, Access access, std::function<void(const Call&)> handle);

  void handle(const Request& request, const Respond& respond);
  [[nodiscard]] Response refuse(const Request& request, const Error& error) const;

  struct Route {
    std::string method;
    std::string path;
    Access access;
    std::function<void(const Call&)> handle;
  };
  // In the order in which they are tried.
  [[nodiscard]] const std::vector<Route>& routes() const noexcept { return routes_; }

 private:
  Tokens& tokens_;
  Metrics& metrics_;
  std::vector<Route> routes_;
};

[[nodiscard]] Response json_response(int status, const nlohmann::json& body);
[[nodiscard]] Response error_response(const Request& request, const Error& error);
[[nodiscard]] int http_status(Code code);
// The body as a JSON object: malformed otherwise.
[[nodiscard]] Result<nlohmann::json> json_body(const Request& request);

}  // namespace redress::shell
