#include "ops/tool/repair_commands.h"

#include <filesystem>
#include <iostream>
#include <nlohmann/json.hpp>

#include "crypto/random.h"
#include "ops/shell/offline.h"
#include "ops/shell/process.h"
#include "ops/shell/watermark.h"
#include "ops/tool/cells.h"

namespace redress::tool {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

// Beside the place where it will stand: what is there gives way only once the copy is whole.
Result<std::string> copy_journal(const std::string& from, const shell::Home& home) {
  const std::string beside = home.journal_path() + ".restoring";
  std::error_code error;
  fs::remove_all(beside, error);
  store::LmdbOptions options = shell::journal_options(home);
  options.folder = from;
  options.ballast_bytes = 0;
  const auto source = store::LmdbTruth::open(options);
  if (!source) return fail(source.error());
  const Status copied = (*source)->copy_to(beside);
  if (!copied) return fail(copied.error());
  return beside;
}

// Another site's backup, or one that is damaged, must not take the place of what is there.
Status check_copy(const std::string& home, const std::string& copy) {
  const auto opened = shell::Offline::open(home, copy);
  if (!opened) return fail(opened.error());
  crypto::SystemRandom random;
  const auto site = store::Site::open((*opened)->journal(), (*opened)->options(), random);
  if (site) return Done{};
  return fail(site.error().code,
              "the backup cannot be this site's store, nothing was changed (备份不属于本机构或已损坏，未作任何改动): " +
                  site.error().what,
              "--from");
}

// What stands there now is kept: a restore that was a mistake can be taken back by hand.
Result<std::string> put_aside(const std::string& folder) {
  std::error_code error;
  if (!fs::exists(folder, error)) return std::string{};
  for (int n = 1;; ++n) {
    const std::string aside = folder + ".before-restore-" + std::to_string(n);
    if (fs::exists(aside, error)) continue;
    fs::rename(folder, aside, error);
    if (error) return fail(Code::io, "move aside: path=" + folder + " reason=" + error.message(), "home");
    return aside;
  }
}

// A restored store must not go on where its image ended: what came after may be at its peers.
Result<Epoch> begin_epoch(const std::string& folder) {
  const auto opened = shell::Offline::open(folder);
  if (!opened) return fail(opened.error());
  crypto::SystemRandom random;
  const auto site = store::Site::open((*opened)->journal(), (*opened)->options(), random);
  if (!site) return fail(site.error());
  return shell::begin_after_image(**site, "restored from a backup", shell::wall_now());
}

}  // namespace

int alarms(const Options& options) {
  auto client = connect(options, Acts::as_operations);
  if (!client) return report(options, client.error());
  const auto answer = client->get("/api/v1/alarms");
  if (!answer) return report(options, answer.error());
  const json& all = (*answer)["alarms"];
  if (options.json) {
    print_json(*answer);
  } else if (all.empty()) {
    std::cout << (speaks_chinese(options) ? "没有告警\n" : "no alarms\n");
  }
  for (const json& alarm : options.json ? json::array() : all) {
    std::cout << alarm["since"].get<std::string>() << "  " << (speaks_chinese(options) ? "机构 " : "site ")
              << alarm["site"] << "  " << shown(alarm, "code") << "\n  " << shown(alarm, "message") << "\n  "
              << shown(alarm, "detail") << "\n";
  }
  return all.empty() ? exit_done : exit_attention;
}

int revoke(const Options& options, std::uint32_t site) {
  auto client = connect(options, Acts::as_operations);
  if (!client) return report(options, client.error());
  const auto answer = client->remove("/api/v1/sites/" + std::to_string(site));
  if (!answer) return report_of_office(options, answer.error());
  if (options.json) {
    print_json(*answer);
  } else if (speaks_chinese(options)) {
    std::cout << "机构 " << site << " 的密钥已吊销；其已写入的内容仍然保留\n";
  } else {
    std::cout << "the key of site " << site << " is revoked; what it wrote stays\n";
  }
  return exit_done;
}

int recover(const Options& options, const std::string& reason) {
  auto client = connect(options, Acts::as_operations);
  if (!client) return report(options, client.error());
  const auto answer = client->post("/api/v1/recovery/end", {{"reason", reason}}, "recovery/end");
  if (!answer) return report_of_office(options, answer.error());
  if (options.json) {
    print_json(*answer);
    return exit_done;
  }
  const json& unheard = (*answer)["unheard"];
  const bool zh = speaks_chinese(options);
  std::cout << (zh ? "不再等待的机构：" : "no longer waited for: ")
            << (unheard.empty() ? (zh ? "无" : "nobody") : unheard.dump()) << "\n";
  return exit_done;
}

int restore(const Options& options, const std::string& folder) {
  const auto home = shell::open_home(options.home);
  if (!home) return report(options, home.error().front());
  const std::string from = (fs::path{folder} / "data" / "journal").string();
  if (!fs::exists(from)) return report(options, {Code::not_found, "no data/journal in: " + folder, "FOLDER"});
  if (fs::exists(home->journal_path())) {
    // Fails while a daemon holds it.
    const auto held = store::LmdbTruth::open(shell::journal_options(*home));
    if (!held && held.error().code == Code::in_use) return report(options, held.error());
  }
  const auto copy = copy_journal(from, *home);
  if (!copy) return report(options, copy.error());
  std::error_code error;
  if (const Status fits = check_copy(options.home, *copy); !fits) {
    fs::remove_all(*copy, error);
    return report(options, fits.error());
  }
  const auto aside = put_aside(home->journal_path());
  if (!aside) return report(options, aside.error());
  const auto views_aside = put_aside(home->views_path());
  if (!views_aside) return report(options, views_aside.error());
  fs::rename(*copy, home->journal_path(), error);
  if (error) return report(options, {Code::io, "move the copy into place: reason=" + error.message(), "home"});
  const auto epoch = begin_epoch(options.home);
  if (!epoch) return report(options, epoch.error());
  // It is known to be old, and has begun its epoch.
  fs::remove(home->path(shell::watermark_file), error);
  if (options.json) {
    print_json({{"epoch", std::to_string(epoch->value())}, {"aside", *aside}});
  } else if (speaks_chinese(options)) {
    std::cout << "已恢复，启用新的纪元 " << epoch->value()
              << "。启动后，缺少的内容会从对端取回；见 redress-ops alarms\n"
              << (aside->empty() ? "" : "原来的数据保留在：" + *aside + "\n");
  } else {
    std::cout << "restored, in a new epoch " << epoch->value()
              << ". Once it runs, what it lacks comes back from its peers; see redress-ops alarms\n"
              << (aside->empty() ? "" : "what was there is kept in: " + *aside + "\n");
  }
  return exit_done;
}

}  // namespace redress::tool
