#include "ops/tool/site_commands.h"

#include <filesystem>
#include <iostream>
#include <nlohmann/json.hpp>

#include "crypto/random.h"
#include "ops/shell/case_clocks.h"
#include "ops/shell/members_log.h"
#include "ops/shell/offline.h"
#include "ops/shell/rebuild.h"
#include "ops/shell/telling.h"
#include "ops/tool/cells.h"
#include "ops/tool/init.h"
#include "ops/tool/rule_words.h"
#include "ops/tool/terminal.h"
#include "protocol/base/bytes.h"
#include "protocol/wire/refusal.h"
#include "store/lmdb_truth.h"
#include "store/verify_views.h"

namespace redress::tool {
namespace {

using nlohmann::json;

// No views: nothing was listed yet, or they are made again at the next start.
Result<store::VerifiedViews> verify_views_offline(shell::Offline& site, Random& random) {
  if (!std::filesystem::exists(site.home().views_path())) return store::VerifiedViews{};
  const auto views = store::LmdbTruth::open(shell::views_options(site.home()));
  if (!views) return fail(views.error());
  const casework::Kinds kinds{casework::shipped_kinds()};
  const auto rules = shell::open_rulebook(site.home().config.rules, site.home().path(shell::config_file));
  if (!rules) return fail(rules.error());
  return store::verify_views(site.journal(), **views, site.options(), site.home().keys.keys.views, kinds,
                             shell::due_rules(*rules, kinds), random);
}

Result<json> rebuild_offline(const Options& options) {
  const auto site = shell::Offline::open(options.home);
  if (!site) return fail(site.error());
  const shell::Home& home = (*site)->home();
  const auto views = store::LmdbTruth::open(shell::views_options(home));
  if (!views) return fail(views.error());
  const auto rules = shell::open_rulebook(home.config.rules, home.path(shell::config_file));
  if (!rules) return fail(rules.error());
  Epoch born;
  const Status looked = (*site)->journal().view([&](const store::Reading& journal) -> Status {
    born = store::ledger_epoch(journal, store::RowCheck{(*site)->options().kek});
    return Done{};
  });
  if (!looked) return fail(looked.error());
  if (born == Epoch{}) return fail(Code::damaged, "the journal's identity row does not hold", "home");
  crypto::SystemRandom random;
  const casework::Kinds kinds{casework::shipped_kinds()};
  const bool with_signs = home.config.role == shell::Role::gateway;
  auto beside = shell::Rebuild::begin({&home, &(*site)->journal(), &(*site)->options(), born, &kinds,
                                       shell::due_rules(*rules, kinds), with_signs,
                                       /*views_bytes=*/0, [&] { return (*site)->journal().space(); },
                                       /*is_stopping=*/{}, &random});
  if (!beside) return fail(beside.error());
  const auto rebuilt = (*beside)->take_place_of(**views);
  if (!rebuilt) return fail(rebuilt.error());
  return shell::rebuilt_json(*rebuilt);
}

// From whom an entry that cannot be read here can be had.
std::string holder_text(const json& finding, bool zh) {
  if (!finding.contains("holder")) return {};
  const auto site = finding["holder"].get<std::uint32_t>();
  if (site == 0) return zh ? "；未见其他机构持有" : "; no other site is known to hold it";
  return zh ? "；机构 " + std::to_string(site) + " 也持有" : "; site " + std::to_string(site) + " holds it too";
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

// What the new site's own configuration would be refused for.
Status check(const EnrolOptions& what) {
  if (what.site <= head_office.value())
    return fail(Code::bad_value, "site numbers begin at 2 (机构号从 2 开始，0 和 1 已占用)", "--site");
  shell::Config config;
  config.role = shell::Role::branch;
  config.site = {SiteId{what.site}, what.name, what.zone};
  config.link.connect = what.endpoint.empty() ? "tcp://localhost:7600" : what.endpoint;
  return check_config(config, "--endpoint");
}

int explain_rule(const Options& options, const std::string& tag) {
  const casework::Kinds kinds{casework::shipped_kinds()};
  const auto found = rules_tagged(tag, kinds);
  if (found.empty()) return report(options, {Code::not_found, "no such code or rule: " + tag, "CODE"});
  const bool zh = speaks_chinese(options);
  json rules = json::array();
  for (const RuleWords& words : found) {
    json names = json::array();
    std::string listed;
    for (const casework::KindRow* row : words.kinds) {
      names.push_back(row->name);
      listed += (listed.empty() ? ""
                 : zh           ? "、"
                                : ", ") +
                std::string{row->name} + " " + std::string{zh ? row->zh : row->en};
    }
    if (!options.json) std::cout << words.rule << "\n";
    if (!options.json && !listed.empty()) std::cout << (zh ? "  事项：" : "  acts: ") << listed << "\n";
    rules.push_back({{"rule", words.rule}, {"kinds", std::move(names)}});
  }
  if (options.json) print_json({{"tag", tag}, {"rules", std::move(rules)}});
  return exit_done;
}

}  // namespace

int enrol(const Options& options, const EnrolOptions& what) {
  if (const Status good = check(what); !good) return report(options, good.error());
  auto client = connect(options, Acts::as_operations);
  if (!client) return report(options, client.error());
  json body{{"site", what.site}, {"parent", what.parent}, {"name", what.name}, {"zone", what.zone}};
  if (!what.endpoint.empty()) body["endpoint"] = what.endpoint;
  const auto answer = client->post("/api/v1/sites", body, "enrol/" + std::to_string(what.site));
  if (!answer && answer.error().code == Code::in_use) {
    return report(options, answer.error(),
                  {"该机构已登记。要重新登记，请先吊销（revoke）。",
                   "The site is enrolled already. To enrol it again, revoke it first."});
  }
  if (!answer) return report_of_office(options, answer.error());
  if (options.json) {
    print_json(*answer);
  } else if (speaks_chinese(options)) {
    std::cout << "机构 " << what.site << "（" << what.name << "）的登记凭证，24 小时内有效，只能用一次：\n\n"
              << text(*answer, "token")
              << "\n\n在该机构的电脑上，把凭证存入仅本人可读的文件（先执行 umask 077），再运行：\n"
              << "  redress-ops init --role branch --home 目录 --join @文件\n";
  } else {
    std::cout << "enrolment token of site " << what.site << " (" << what.name << "), good for 24 hours, once:\n\n"
              << text(*answer, "token")
              << "\n\non the branch PC, put the token into a file that only you can read (umask 077 first), then:\n"
              << "  redress-ops init --role branch --home FOLDER --join @FILE\n";
  }
  return exit_done;
}

int sites(const Options& options) {
  auto client = connect(options, Acts::as_operations);
  if (!client) return report(options, client.error());
  const auto answer = client->get("/api/v1/sites");
  if (!answer) return report_of_office(options, answer.error());
  if (options.json) {
    print_json(*answer);
    return exit_done;
  }
  for (const json& site : (*answer)["sites"]) {
    std::cout << padded(site["site"].dump(), 8) << padded(text(site, "standing"), 10)
              << padded((speaks_chinese(options) ? "上级 " : "parent ") + site["parent"].dump(), 14)
              << shown(site, "name") << "\n";
  }
  return exit_done;
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
      std::cout << "  " << shown(finding, "where") << ": " << shown(finding, "what") << holder_text(finding, zh)
                << "\n";
  }
  return errors == 0 ? exit_done : exit_attention;
}

int rebuild(const Options& options) {
  auto client = connect(options, Acts::as_operations);
  auto answer =
      client ? client->post_long("/api/v1/rebuild", json::object(), "rebuild/1") : Result<json>{fail(client.error())};
  const bool offline = !answer && answer.error().code == Code::unreachable;
  if (offline) answer = rebuild_offline(options);
  if (!answer) return report(options, answer.error());
  (*answer)["offline"] = offline;
  if (options.json) {
    print_json(*answer);
  } else if (speaks_chinese(options)) {
    std::cout << "视图已由台账重建" << (offline ? "（程序未运行）" : "（程序未停）") << "：台账位置 "
              << (*answer)["ledger"] << "，案件 " << (*answer)["cases"] << "，检索块 " << (*answer)["blocks"]
              << "，用时 " << (*answer)["took_ms"] << " 毫秒\n";
  } else {
    std::cout << "views made again from the ledger" << (offline ? " (no program runs)" : " (the program went on)")
              << ": ledger position " << (*answer)["ledger"] << ", cases " << (*answer)["cases"]
              << ", blocks of signatures " << (*answer)["blocks"] << ", in " << (*answer)["took_ms"] << " ms\n";
  }
  return exit_done;
}

int backup(const Options& options, const std::string& folder) {
  auto client = connect(options, Acts::as_operations);
  if (!client) return report(options, client.error());
  const std::string path = std::filesystem::absolute(folder).string();
  // It is sent as JSON, and the folder that it is below may have any name.
  if (!is_plain_utf8(path) || has_controls(path))
    return report(options, {Code::bad_value, "the whole path must be plain UTF-8 (全路径须为 UTF-8)", "--to"});
  const auto answer = client->post_long("/api/v1/backup", {{"folder", path}}, "backup/" + path);
  if (!answer && answer.error().code == Code::in_use) {
    return report(options, answer.error(),
                  {"这个文件夹里已有内容。备份需要一个新的文件夹。",
                   "There is something in that folder already. A backup needs a new one."});
  }
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
  if (!named) return explain_rule(options, code);
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
