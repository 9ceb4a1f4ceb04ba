#include "ops/shell/alarms_api.h"

#include <nlohmann/json.hpp>

#include "protocol/base/time.h"
#include "protocol/wire/refusal.h"

namespace redress::shell {

void add_alarms_route(Api& api, const store::Site& site) {
  api.add("GET", "/api/v1/alarms", Access::any_token, [&site](const Call& call) {
    nlohmann::json alarms = nlohmann::json::array();
    for (const store::Alarm& alarm : site.alarms()) {
      const wire::Reason& reason = wire::reason_of(alarm.code);
      alarms.push_back({{"since", to_rfc3339(alarm.since)},
                        {"site", alarm.site.value()},
                        {"code", reason.name},
                        {"message", call.request.language == "en" ? reason.en : reason.zh},
                        {"detail", alarm.what}});
    }
    call.respond(json_response(200, {{"alarms", std::move(alarms)}}));
  });
}

}  // namespace redress::shell
