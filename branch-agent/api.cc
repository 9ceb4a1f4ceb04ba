#include "branch-agent/api.h"

#include <nlohmann/json.hpp>

#include "ops/shell/telling.h"
#include "protocol/wire/refusal.h"

namespace redress::agent {

void add_routes(shell::Api& api, const Agent& agent, const shell::Home& home) {
  api.add("GET", "/api/v1/lag", shell::Access::any_token, [&agent, &home](const shell::Call& call) {
    const LinkView view = agent.view(shell::mono_now());
    nlohmann::json site{{"site", home.keys.site.value()},
                        {"name", home.keys.enrolment ? home.keys.enrolment->site_name : home.config.site.name},
                        {"line", view.state},
                        {"up", shell::lag_json(view.up, view.up_took)},
                        {"down", shell::lag_json(view.down, view.down_took)},
                        {"journal_head", view.journal_head.value()},
                        {"journal_receipted", view.journal_receipted.value()},
                        {"feed_head", view.feed_head.value()},
                        {"feed_held", view.feed_held.value()}};
    if (view.trouble) {
      const wire::Reason& reason = wire::reason_of(view.trouble->code);
      site["trouble"] = {{"code", reason.name},
                         {"message", call.request.language == "en" ? reason.en : reason.zh},
                         {"detail", view.trouble->what}};
    }
    call.respond(shell::json_response(200, {{"sites", nlohmann::json::array({site})}}));
  });
}

void refresh(shell::Metrics& metrics, const Agent& agent) {
  const LinkView view = agent.view(shell::mono_now());
  shell::set_lag(metrics, {{"direction", "up"}}, view.up, view.up_took);
  shell::set_lag(metrics, {{"direction", "down"}}, view.down, view.down_took);
}

}  // namespace redress::agent
