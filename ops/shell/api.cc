#include "ops/shell/api.h"

#include <nlohmann/json.hpp>

#include "protocol/wire/refusal.h"

namespace redress::shell {

int http_status(Code code) {
  switch (code) {
    case Code::malformed:
    case Code::missing_field:
    case Code::unknown_field:
    case Code::bad_value:
    case Code::unknown_kind:
    case Code::key_missing:
      return 400;
    case Code::unauthenticated:
      return 401;
    case Code::forbidden:
      return 403;
    case Code::not_found:
      return 404;
    case Code::method:
      return 405;
    case Code::changed:
    case Code::wrong_state:
    case Code::in_use:
    case Code::key_waiting:
      return 409;
    case Code::too_large:
      return 413;
    case Code::bad_host:
      return 421;
    case Code::key_reused:
      return 422;
    case Code::busy:
    case Code::draining:
    case Code::retry_later:
    case Code::recovering:
      return 503;
    case Code::store_full:
      return 507;
    default:
      return 500;
  }
}

Response json_response(int status, const nlohmann::json& body) {
  Response response;
  response.status = status;
  response.body = body.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  return response;
}

Response error_response(const Request& request, const Error& error) {
  const wire::Reason& reason = wire::reason_of(error.code);
  const bool zh = request.language != "en";
  nlohmann::json body{{"code", std::string{reason.name}},
                      {"message", std::string{zh ? reason.zh : reason.en}},
                      {"detail", error.what},
                      {"who", std::string{wire::actor_in(reason.who, zh ? "zh" : "en")}},
                      {"trace", request.trace}};
  if (!error.field.empty()) body["field"] = error.field;
  return json_response(http_status(error.code), body);
}

Result<nlohmann::json> json_body(const Request& request) {
  auto body = nlohmann::json::parse(request.body, nullptr, /*allow_exceptions=*/false);
  if (!body.is_object()) return fail(Code::malformed, "the body is not a JSON object", "body");
  return body;
}

void Api::add(std::string method, std::string path, Access access, std::function<void(const Call&)> handle) {
  routes_.push_back({std::move(method), std::move(path), access, std::move(handle)});
}

Response Api::refuse(const Request& request, const Error& error) const { return error_response(request, error); }

void Api::handle(const Request& request, const Respond& respond) {
  const std::string method = request.method == "HEAD" ? "GET" : request.method;
  bool path_known = false;
  for (const Route& route : routes_) {
    std::string tail;
    if (route.path.ends_with("/*")) {
      const std::string_view stem{route.path.data(), route.path.size() - 1};
      if (!request.path.starts_with(stem) || request.path.size() == stem.size()) continue;
      tail = request.path.substr(stem.size());
    } else if (request.path != route.path) {
      continue;
    }
    path_known = true;
    if (route.method != method) continue;
    metrics_
        .counter("redress_http_requests_total", "HTTP requests by route", {{"route", route.method + " " + route.path}})
        .add();
    Person person;
    if (route.access != Access::anyone) {
      const auto found = tokens_.find(request.bearer);
      if (!found) return respond(error_response(request, {Code::unauthenticated, "bearer token", "Authorization"}));
      const bool casework_only = route.access == Access::casework && found->duty != Duty::casework;
      const bool operations_only = route.access == Access::operations && found->duty != Duty::operations;
      if (casework_only || operations_only) {
        return respond(error_response(
            request,
            {Code::forbidden, "P12: this token's duty is " + std::string{name_of(found->duty)}, "Authorization"}));
      }
      person = *found;
    }
    return route.handle({request, person, tail, respond});
  }
  const Error error = path_known ? Error{Code::method, "method=" + request.method, "method"}
                                 : Error{Code::not_found, "no such route", "path"};
  respond(error_response(request, error));
}

}  // namespace redress::shell
