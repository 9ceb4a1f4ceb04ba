#include "gateway/api.h"

#include <charconv>
#include <nlohmann/json.hpp>

#include "crypto/suite_intl.h"
#include "crypto/token.h"
#include "ops/shell/telling.h"
#include "protocol/base/time.h"
#include "protocol/wire/refusal.h"

namespace redress::gateway {
namespace {

using nlohmann::json;

constexpr std::int64_t invite_ms = 24 * 3'600'000;
constexpr std::size_t name_bytes_max = 200;
constexpr std::size_t reason_bytes_max = 1'000;

const char* name_of(Standing standing) {
  switch (standing) {
    case Standing::invited:
      return "invited";
    case Standing::enrolled:
      return "enrolled";
    case Standing::revoked:
      return "revoked";
  }
  return "";
}

json member_json(const Member& member) {
  return {{"site", member.site.value()},
          {"parent", member.parent.value()},
          {"name", member.name},
          {"zone", member.zone},
          {"standing", name_of(member.standing)}};
}

std::optional<SiteId> site_in(const json& value) {
  if (!value.is_number_unsigned() || value.get<std::uint64_t>() > UINT32_MAX) return std::nullopt;
  return SiteId{value.get<std::uint32_t>()};
}

std::optional<SiteId> site_in(const std::string& text) {
  std::uint32_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return SiteId{number};
}

// Fails naming the field.
Result<Member> member_of(const json& body) {
  Member member;
  if (!body.contains("site")) return fail(Code::missing_field, "a number from 2", "site");
  const auto site = site_in(body["site"]);
  if (!site) return fail(Code::bad_value, "a number from 2", "site");
  member.site = *site;
  const auto parent = body.contains("parent") ? site_in(body["parent"]) : std::optional{head_office};
  if (!parent) return fail(Code::bad_value, "1 or a primary branch", "parent");
  member.parent = *parent;
  if (!body.contains("name") || !body["name"].is_string() || body["name"].get<std::string>().empty())
    return fail(Code::missing_field, "what people call it", "name");
  member.name = body["name"].get<std::string>();
  if (member.name.size() > name_bytes_max || !is_plain_utf8(member.name))
    return fail(Code::bad_value, "at most 200 bytes of UTF-8", "name");
  member.zone = "Asia/Shanghai";
  if (body.contains("zone")) member.zone = body["zone"].is_string() ? body["zone"].get<std::string>() : std::string{};
  if (!shell::zone_exists(member.zone)) return fail(Code::bad_value, "not an IANA zone of this machine", "zone");
  return member;
}

void enrol(const shell::Call& call, const ApiParts& parts) {
  const auto body = shell::json_body(call.request);
  auto member = body ? member_of(*body) : Result<Member>{fail(body.error())};
  if (!member) return call.respond(shell::error_response(call.request, member.error()));
  const crypto::KeyPair one_time = crypto::make_transport_pair(*parts.random);
  member->one_time = one_time.public_key;
  member->invite_expires = WallTime{shell::wall_now().value() + invite_ms};
  const std::string endpoint = body->contains("endpoint") && (*body)["endpoint"].is_string()
                                   ? (*body)["endpoint"].get<std::string>()
                                   : parts.endpoint;
  const auto token =
      crypto::encode_token({parts.home->keys.network, crypto::intl().id, member->site, endpoint,
                            parts.home->keys.keys.transport.public_key, one_time.secret, member->invite_expires});
  if (!token) return call.respond(shell::error_response(call.request, token.error()));
  const Status invited = parts.members->invite(*member);
  if (!invited) return call.respond(shell::error_response(call.request, invited.error()));
  json answer = member_json(*member);
  answer["token"] = *token;
  answer["standing"] = "invited";
  answer["expires"] = to_rfc3339(member->invite_expires);
  call.respond(shell::json_response(201, answer));
}

void lag(const shell::Call& call, const ApiParts& parts) {
  json sites = json::array();
  std::map<SiteId, SiteStatus> by_site;
  for (SiteStatus& status : parts.gateway->status(shell::mono_now())) by_site.emplace(status.site, std::move(status));
  for (const Member& member : parts.members->all()) {
    json one = member_json(member);
    const auto found = by_site.find(member.site);
    const SiteStatus status = found == by_site.end() ? SiteStatus{} : found->second;
    one["line"] = status.up.state == sync::LagState::unknown ? "down" : "up";
    one["up"] = shell::lag_json(status.up, status.up_took);
    one["down"] = shell::lag_json(status.down, status.down_took);
    one["journal_head"] = status.journal_head.value();
    one["journal_held"] = status.journal_held.value();
    one["feed_head"] = status.feed_head.value();
    one["feed_receipted"] = status.feed_receipted.value();
    one["clock_skew_ms"] = status.clock_skew_ms;
    one["version"] = status.version;
    if (status.trouble) {
      const wire::Reason& reason = wire::reason_of(status.trouble->code);
      one["trouble"] = {{"code", reason.name},
                        {"message", call.request.language == "en" ? reason.en : reason.zh},
                        {"detail", status.trouble->what}};
    }
    sites.push_back(std::move(one));
  }
  call.respond(shell::json_response(200, {{"sites", std::move(sites)}}));
}

}  // namespace

namespace {

// Answered with those that were waited for; the next turn of the loop takes them off.
void end_recovery(const shell::Call& call, const ApiParts& parts) {
  const auto body = shell::json_body(call.request);
  if (!body) return call.respond(shell::error_response(call.request, body.error()));
  const bool given = body->contains("reason") && (*body)["reason"].is_string();
  const std::string reason = given ? (*body)["reason"].get<std::string>() : std::string{};
  if (reason.empty() || reason.size() > reason_bytes_max || !is_plain_utf8(reason)) {
    const Code code = given ? Code::bad_value : Code::missing_field;
    return call.respond(shell::error_response(call.request, {code, "why nobody waits any longer", "reason"}));
  }
  json unheard = json::array();
  for (const SiteId site : parts.gateway->unheard()) unheard.push_back(site.value());
  parts.gateway->end_recovery(reason);
  if (parts.wake) parts.wake();
  call.respond(shell::json_response(200, {{"unheard", std::move(unheard)}}));
}

}  // namespace

void add_routes(shell::Api& api, const ApiParts& parts) {
  api.add("POST", "/api/v1/recovery/end", shell::Access::operations,
          [parts](const shell::Call& call) { end_recovery(call, parts); });
  api.add("GET", "/api/v1/sites", shell::Access::any_token, [parts](const shell::Call& call) {
    json sites = json::array();
    for (const Member& member : parts.members->all()) sites.push_back(member_json(member));
    call.respond(shell::json_response(200, {{"sites", std::move(sites)}}));
  });
  api.add("POST", "/api/v1/sites", shell::Access::operations, [parts](const shell::Call& call) { enrol(call, parts); });
  api.add("DELETE", "/api/v1/sites/*", shell::Access::operations, [parts](const shell::Call& call) {
    const auto site = site_in(call.tail);
    const Status revoked = site ? parts.members->revoke(*site) : Status{fail(Code::not_found, "no such site", "site")};
    if (!revoked) return call.respond(shell::error_response(call.request, revoked.error()));
    call.respond(shell::json_response(200, {{"site", site->value()}, {"standing", "revoked"}}));
  });
  api.add("GET", "/api/v1/lag", shell::Access::any_token, [parts](const shell::Call& call) { lag(call, parts); });
}

void refresh(shell::Metrics& metrics, const Gateway& gateway) {
  for (const SiteStatus& status : gateway.status(shell::mono_now())) {
    const std::string site = std::to_string(status.site.value());
    shell::set_lag(metrics, {{"site", site}, {"direction", "up"}}, status.up, status.up_took);
    shell::set_lag(metrics, {{"site", site}, {"direction", "down"}}, status.down, status.down_took);
  }
}

}  // namespace redress::gateway
