#include "ops/tool/site_commands.h"

#include <poll.h>

#include <filesystem>
#include <iostream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "crypto/random.h"
#include "ops/shell/members_log.h"
#include "ops/shell/offline.h"
#include "ops/shell/telling.h"
#include "protocol/wire/refusal.h"
#include "store/lmdb_truth.h"
#include "store/verify_views.h"

namespace redress::tool {
namespace {

using nlohmann::json;

std::string text(const json& object, const char* name) {
  return object.contains(name) && object[name].is_string() ? object[name].get<std::string>() : std::string{};
}

std::string age(const json& ms) {
  if (!ms.is_number()) return "-";
  const auto value = ms.get<std::int64_t>();
  if (value < 10'000) return std::to_string(value) + " ms";
  if (value < 600'000) return std::to_string(value / 1000) + " s";
  return std::to_string(value / 60'000) + " min";
}

// "12, oldest 3 s", or "at least 12" when there is no contact to say more.
std::string lag_text(const json& lag, bool zh) {
  std::ostringstream out;
  const bool at_least = lag.value("at_least", true);
  if (at_least) out << (zh ? "未知，至少 " : "unknown, >= ");
  out << lag["entries"];
  if (lag["entries"].get<std::uint64_t>() > 0) out << (zh ? " 条，最早 " : ", oldest ") << age(lag["oldest_ms"]);
  return out.str();
}

// Columns on a terminal: a Chinese character takes two.
std::string padded(const std::string& cell, std::size_t width) {
  std::size_t columns = 0;
  for (const char c : cell) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x80 || byte >= 0xE0) columns += byte < 0x80 ? 1 : 2;
    if (byte >= 0xC0 && byte < 0xE0) columns += 1;
  }
  return cell + std::string(columns < width ? width - columns : 1, ' ');
}

// What gives way for want of room, if anything does.
const char* room_text(const std::string& room, bool zh) {
  if (room == "views_wait") return zh ? "磁盘空间不足：列表暂停更新" : "the disk is short: the lists wait";
  if (room == "line_waits")
    return zh ? "空间不足：暂不接收线路上的内容" : "room is short: what comes by the line waits";
  if (room == "full") return zh ? "空间已满：不再接受新登记" : "no room: registering is refused";
  return nullptr;
}

void print_lag(const json& answer, bool zh) {
  const auto row = [](const std::string& site, const std::string& line, const std::string& up, const std::string& down,
                      const std::string& heard, const std::string& name) {
    std::cout << padded(site, 8) << padded(line, 10) << padded(up, 34) << padded(down, 34) << padded(heard, 12) << name
              << "\n";
  };
  if (zh) {
    row("机构", "线路", "上行滞后", "下行滞后", "最近联系", "名称");
  } else {
    row("site", "line", "up", "down", "heard", "name");
  }
  for (const json& site : answer["sites"]) {
    row(site["site"].dump(), text(site, "line"), lag_text(site["up"], zh), lag_text(site["down"], zh),
        age(site["up"]["contact_ms"]), text(site, "name"));
    if (site.contains("trouble")) {
      std::cout << "        " << text(site["trouble"], "code") << ": " << text(site["trouble"], "message") << "\n";
    }
  }
  if (const char* room = room_text(text(answer, "room"), zh)) std::cout << room << "\n";
}

// No views: nothing was listed yet, or they are made again at the next start.
Result<store::VerifiedViews> verify_views_offline(shell::Offline& site, Random& random) {
  if (!std::filesystem::exists(site.home().views_path())) return store::VerifiedViews{};
  const auto views = store::LmdbTruth::open(shell::views_options(site.home()));
  if (!views) return fail(views.error());
  const casework::Kinds kinds{casework::shipped_kinds()};
  return store::verify_views(site.journal(), **views, site.options(), site.home().keys.keys.views, kinds, random);
}

Result<json> verify_offline(const Options& options) {
  const auto site = shell::Offline::open(options.home);
  if (!site) return fail(site.error());
  const shell::Home& home = (*site)->home();
  const auto members = shell::read_members_log(home.path(shell::members_file), home.keys.network);
  if (!members) return fail(members.error());
  auto signing = shell::signing_keys_in(*members);
  signing[home.keys.site].push_back(home.keys.keys.signing.public_key);
  if (home.keys.enrolment) signing[head_office].push_back(home.keys.enrolment->head_office_signing);
  crypto::SystemRandom random;
  const auto verified =
      store::verify((*site)->journal(), (*site)->options(), [&](SiteId who) { return signing[who]; }, random);
  if (!verified) return fail(verified.error());
  const auto views = verify_views_offline(**site, random);
  if (!views) return fail(views.error());
  return shell::verified_json(*verified, *views);
}

}  // namespace

int enrol(const Options& options, const EnrolOptions& what) {
  auto client = connect(options, Acts::as_operations);
  if (!client) return report(options, client.error());
  json body{{"site", what.site}, {"parent", what.parent}, {"name", what.name}, {"zone", what.zone}};
  if (!what.endpoint.empty()) body["endpoint"] = what.endpoint;
  const auto answer = client->post("/api/v1/sites", body, "enrol/" + std::to_string(what.site));
  if (!answer) return report(options, answer.error());
  if (options.json) {
    print_json(*answer);
  } else if (speaks_chinese(options)) {
    std::cout << "机构 " << what.site << "（" << what.name << "）的登记凭证，24 小时内有效，只能用一次：\n\n"
              << text(*answer, "token")
              << "\n\n在该机构的电脑上：\n  redress-ops init --role branch --home 目录 --join 凭证\n";
  } else {
    std::cout << "enrolment token of site " << what.site << " (" << what.name << "), good for 24 hours, once:\n\n"
              << text(*answer, "token")
              << "\n\non the branch PC:\n  redress-ops init --role branch --home FOLDER --join TOKEN\n";
  }
  return exit_done;
}

int sites(const Options& options) {
  auto client = connect(options, Acts::as_operations);
  if (!client) return report(options, client.error());
  const auto answer = client->get("/api/v1/sites");
  if (!answer) return report(options, answer.error());
  if (options.json) {
    print_json(*answer);
    return exit_done;
  }
  for (const json& site : (*answer)["sites"]) {
    std::cout << padded(site["site"].dump(), 8) << padded(text(site, "standing"), 10)
              << padded((speaks_chinese(options) ? "上级 " : "parent ") + site["parent"].dump(), 14)
              << text(site, "name") << "\n";
  }
  return exit_done;
}

int lag(const Options& options, bool watch) {
  auto client = connect(options, Acts::as_operations);
  if (!client) return report(options, client.error());
  for (;;) {
    auto answer = client->get("/api/v1/lag");
    if (!answer) return report(options, answer.error());
    if (const auto ready = client->get("/readyz")) (*answer)["room"] = (*ready)["room"];
    if (options.json) {
      print_json(*answer);
    } else {
      if (watch) std::cout << "\033[H\033[2J";
      print_lag(*answer, speaks_chinese(options));
      std::cout << std::flush;
    }
    if (!watch || ::poll(nullptr, 0, 1000) < 0) return exit_done;
  }
}

int verify(const Options& options) {
  auto client = connect(options, Acts::as_operations);
  auto answer =
      client ? client->post_long("/api/v1/verify", json::object(), "verify/1") : Result<json>{fail(client.error())};
  if (!answer && answer.error().code == Code::unreachable) answer = verify_offline(options);
  if (!answer) return report(options, answer.error());
  const auto errors = (*answer)["errors"].get<std::uint64_t>();
  if (options.json) {
    print_json(*answer);
  } else {
    const bool zh = speaks_chinese(options);
    std::cout << (zh ? "记录 " : "entries ") << (*answer)["entries"] << (zh ? "，回执 " : ", receipts ")
              << (*answer)["receipts"] << (zh ? "，案件 " : ", cases ") << (*answer)["cases"]
              << (zh ? "，错误 " : ", errors ") << errors << "\n";
    if ((*answer)["unchecked"] != 0) {
      std::cout << (*answer)["unchecked"]
                << (zh ? " 个签名无法核对：签署机构的公钥未知\n"
                       : " signatures not checked: their signers' keys are not known here\n");
    }
    for (const json& finding : (*answer)["findings"])
      std::cout << "  " << text(finding, "where") << ": " << text(finding, "what") << "\n";
  }
  return errors == 0 ? exit_done : exit_attention;
}

int backup(const Options& options, const std::string& folder) {
  auto client = connect(options, Acts::as_operations);
  if (!client) return report(options, client.error());
  const std::string path = std::filesystem::absolute(folder).string();
  const auto answer = client->post_long("/api/v1/backup", {{"folder", path}}, "backup/" + path);
  if (!answer) return report(options, answer.error());
  if (options.json) {
    print_json(*answer);
  } else {
    std::cout << (speaks_chinese(options) ? "备份完成：" : "backed up: ") << text(*answer, "folder") << "\n";
  }
  return exit_done;
}

int explain(const Options& options, const std::string& code) {
  const auto named = wire::code_named(code);
  if (!named) return report(options, {Code::not_found, "no such code: " + code, "CODE"});
  const wire::Reason& reason = wire::reason_of(*named);
  const bool zh = speaks_chinese(options);
  if (options.json) {
    print_json({{"code", reason.name},
                {"number", static_cast<unsigned>(reason.code)},
                {"zh", reason.zh},
                {"en", reason.en},
                {"who", wire::actor_in(reason.who, options.language)}});
  } else {
    std::cout << reason.name << " (" << static_cast<unsigned>(reason.code) << ")\n  " << (zh ? reason.zh : reason.en)
              << "\n"
              << (zh ? "  由谁处理：" : "  who acts: ") << wire::actor_in(reason.who, options.language) << "\n";
  }
  return exit_done;
}

}  // namespace redress::tool
