#include "ops/tool/init.h"

#include <array>
#include <filesystem>
#include <iostream>
#include <nlohmann/json.hpp>
#include <set>

#include "crypto/random.h"
#include "crypto/suite_intl.h"
#include "crypto/tls.h"
#include "crypto/token.h"
#include "ops/shell/process.h"
#include "ops/shell/tokens.h"
#include "ops/tool/rules_command.h"
#include "protocol/base/bytes.h"

namespace redress::tool {
namespace fs = std::filesystem;
namespace {

constexpr int certificate_days = 3650;

// Everything that both kinds of home have: configuration, keystore, passphrase, two tokens.
Status make_home(const Options& options, const shell::Config& config, const crypto::KeystoreContent& keys,
                 const std::vector<std::string>& desk_roles, Random& random) {
  const std::string folder = options.home + "/";
  const std::string passphrase = to_base32(random.fixed<Digest>().bytes);
  Status done = shell::write_small_file(folder + config.keys.passphrase_file, passphrase + "\n");
  if (done) done = crypto::save_keystore(folder + config.keys.keystore, passphrase, keys, random);
  if (done) done = shell::write_small_file(folder + shell::config_file, shell::commented_config(config));
  if (!done) return done;
  const auto desk =
      shell::issue_token(folder + shell::tokens_file, {StaffId{1}, shell::Duty::casework, desk_roles}, random);
  if (!desk) return fail(desk.error());
  const auto ops = shell::issue_token(folder + shell::tokens_file, {StaffId{2}, shell::Duty::operations, {}}, random);
  if (!ops) return fail(ops.error());
  done = shell::write_small_file(folder + shell::desk_token_file, *desk + "\n");
  return done ? shell::write_small_file(folder + shell::ops_token_file, *ops + "\n") : done;
}

// Each must be one of a profile that the home goes by.
Status check_roles(const Options& options, const std::vector<std::string>& roles, const char* option) {
  if (roles.empty()) return Done{};
  const Result<shell::Rulebook> book = rulebook_of(options);
  if (!book) return fail(book.error());
  const auto today = redress::rules::day_of(shell::wall_now(), redress::rules::zone_of_china);
  std::string known;
  std::set<std::string> ids;
  for (const shell::NamedRole& one : shell::roles_of(*book, today)) {
    if (ids.insert(one.role.id).second)
      known += (known.empty() ? "" : ", ") + one.role.id + " " + one.role.zh + " " + one.role.en;
  }
  for (const std::string& role : roles) {
    if (!ids.contains(role)) return fail(Code::bad_value, "no such role: " + role + "; there are: " + known, option);
  }
  return Done{};
}

// As a certificate names it: an IPv6 address without its brackets.
std::string host_of(const std::string& listen) {
  const std::string host = listen.substr(0, listen.rfind(':'));
  return host.starts_with("[") && host.ends_with("]") ? host.substr(1, host.size() - 2) : host;
}

shell::Config gateway_config(const Options& options, const InitOptions& what) {
  shell::Config config;
  config.role = shell::Role::gateway;
  config.site = {head_office, what.name.empty() ? "总行" : what.name, what.zone, options.language};
  config.link.listen = what.listen;
  config.door.listen = what.door.empty() ? "127.0.0.1:7780" : what.door;
  config.door.certificate = "door.crt";
  config.door.key = "door.key";
  return config;
}

// What is said is judged before anything is made.
Status make_folder(const Options& options, const shell::Config& config) {
  if (const Status good = check_config(config, "--join"); !good) return good;
  std::error_code error;
  fs::create_directories(options.home, error);
  if (!error) fs::permissions(options.home, fs::perms::owner_all, error);
  if (error) return fail(Code::io, "make folder: path=" + options.home + " reason=" + error.message(), "--home");
  return Done{};
}

int init_gateway(const Options& options, const InitOptions& what) {
  crypto::SystemRandom random;
  const std::string folder = options.home + "/";
  const shell::Config config = gateway_config(options, what);
  if (const Status folder_made = make_folder(options, config); !folder_made)
    return report(options, folder_made.error());
  const Status certified =
      crypto::make_self_signed(folder + "door.crt", folder + "door.key",
                               {host_of(config.door.listen), "localhost", "127.0.0.1"}, certificate_days);
  if (!certified) return report(options, certified.error());
  const crypto::KeystoreContent keys{random.fixed<NetworkId>(), head_office, crypto::make_site_keys(random),
                                     std::nullopt, std::nullopt};
  const Status made = make_home(options, config, keys, what.desk_roles, random);
  if (!made) return report(options, made.error());
  const auto fingerprint = crypto::fingerprint_of(folder + "door.crt");
  if (!fingerprint) return report(options, fingerprint.error());
  if (options.json) {
    print_json({{"home", options.home},
                {"role", "gateway"},
                {"network", to_hex(keys.network.bytes)},
                {"certificate", *fingerprint}});
  } else if (speaks_chinese(options)) {
    std::cout << "总行网关已建立：" << options.home << "\n  HTTPS 证书指纹（SHA-256）：" << *fingerprint
              << "\n  启动：redress-gateway --home " << options.home << "\n";
  } else {
    std::cout << "head office made: " << options.home << "\n  HTTPS certificate (SHA-256): " << *fingerprint
              << "\n  start it: redress-gateway --home " << options.home << "\n";
  }
  return exit_done;
}

int init_branch(const Options& options, const InitOptions& what) {
  crypto::SystemRandom random;
  std::string text = what.join;
  if (text.starts_with("@")) {
    const auto file = shell::read_small_file(text.substr(1));
    if (!file) return report(options, file.error());
    text = *file;
  }
  const auto join = crypto::decode_token(text);
  if (!join) return report(options, {join.error().code, join.error().what, "--join"});
  if (join->suite != crypto::intl().id)
    return report(options, {Code::suite, "the token is for another suite", "--join"});
  shell::Config config;
  config.role = shell::Role::branch;
  config.site = {join->site, what.name.empty() ? "网点 " + std::to_string(join->site.value()) : what.name, what.zone,
                 options.language};
  config.link.connect = join->endpoint;
  config.door.listen = what.door.empty() ? "127.0.0.1:7700" : what.door;
  if (const Status folder_made = make_folder(options, config); !folder_made)
    return report(options, folder_made.error());
  const crypto::KeystoreContent keys{
      join->network, join->site, crypto::make_site_keys(random), std::nullopt,
      crypto::Invite{crypto::transport_pair(join->one_time_secret), join->gateway, join->endpoint, join->expires}};
  const Status made = make_home(options, config, keys, what.desk_roles, random);
  if (!made) return report(options, made.error());
  if (options.json) {
    print_json(
        {{"home", options.home}, {"role", "branch"}, {"site", join->site.value()}, {"endpoint", join->endpoint}});
  } else if (speaks_chinese(options)) {
    std::cout << "机构 " << join->site.value() << " 已建立：" << options.home << "\n  启动：redress-agent --home "
              << options.home << "\n";
  } else {
    std::cout << "site " << join->site.value() << " made: " << options.home << "\n  start it: redress-agent --home "
              << options.home << "\n";
  }
  return exit_done;
}

}  // namespace

Status check_config(const shell::Config& config, const char* connect_option) {
  const auto read = shell::parse_config(shell::commented_config(config), shell::config_file);
  if (read) return Done{};
  const Error& first = read.error().front();
  const std::array<std::pair<std::string_view, const char*>, 6> options{{{"site.id", "--site"},
                                                                         {"site.name", "--name"},
                                                                         {"site.zone", "--zone"},
                                                                         {"link.listen", "--listen"},
                                                                         {"link.connect", connect_option},
                                                                         {"door.listen", "--door"}}};
  for (const auto& [key, option] : options) {
    // The file that it names is not there yet.
    if (first.field == key) return fail(first.code, first.what.substr(0, first.what.find(" file=")), option);
  }
  return fail(first);
}

int init(const Options& options, const InitOptions& what) {
  if (fs::exists(options.home + "/" + shell::config_file)) {
    return report(
        options, {Code::in_use, "there is a home already: path=" + options.home, "--home"},
        {"这里已经建有一个机构目录。请换一个目录。", "A site's home is there already. Choose another folder."});
  }
  const Status known = check_roles(options, what.desk_roles, "--desk-role");
  if (!known) return report(options, known.error());
  if (what.role == "gateway") return init_gateway(options, what);
  if (what.join.empty())
    return report(options, {Code::missing_field, "a branch needs the token that head office printed", "--join"});
  return init_branch(options, what);
}

int token(const Options& options, const TokenOptions& what) {
  const auto named = shell::duty_named(what.duty);
  if (!named) return report(options, {Code::bad_value, "casework or operations", "--duty"});
  const Status known = check_roles(options, what.roles, "--role");
  if (!known) return report(options, known.error());
  crypto::SystemRandom random;
  const auto issued =
      shell::issue_token(options.home + "/" + shell::tokens_file, {StaffId{what.staff}, *named, what.roles}, random);
  if (!issued) return report(options, issued.error());
  if (options.json) {
    print_json({{"token", *issued}, {"staff", what.staff}, {"duty", what.duty}, {"roles", what.roles}});
  } else {
    std::cout << *issued << "\n";
  }
  return exit_done;
}

}  // namespace redress::tool
