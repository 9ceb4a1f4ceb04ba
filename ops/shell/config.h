// One program's configuration: a TOML file, read and judged as a whole before anything else happens.
//
// Values. Nothing here is looked up later: main reads it once and hands the parts on. Paths are as written; beside()
// says where they lead.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "protocol/base/ids.h"
#include "protocol/base/result.h"

namespace redress::shell {

enum class Role : std::uint8_t { branch, gateway };

struct SiteConfig {
  SiteId id{};
  std::string name;                    // shown to people
  std::string zone = "Asia/Shanghai";  // IANA name, present on this machine
  std::string language = "zh";         // "zh" or "en", where a person did not choose
  friend bool operator==(const SiteConfig&, const SiteConfig&) = default;
};

struct StoreConfig {
  std::string path = "data";
  std::int64_t journal_map_mib = 4096;  // at first; it grows up to the limit
  std::int64_t journal_limit_mib = 65536;
  std::int64_t views_map_mib = 4096;
  std::int64_t views_limit_mib = 65536;
  std::int64_t ballast_mib = 16;  // disk space held for a full disk; 0: none
  friend bool operator==(const StoreConfig&, const StoreConfig&) = default;
};

struct LinkConfig {
  std::string listen;   // gateway: "tcp://address:port", port "*" for any free one; else ""
  std::string connect;  // branch: "tcp://host:port"; else ""
  std::int64_t heartbeat_ms = 2000;
  std::int64_t window_kib = 4096;
  std::int64_t quota_kib_s = 1024;  // gateway: what is taken from one site, a second
  friend bool operator==(const LinkConfig&, const LinkConfig&) = default;
};

struct DoorConfig {
  std::string listen = "127.0.0.1:7700";  // a branch: loopback only; port 0 for any free one
  std::vector<std::string> hosts;         // further Host names, "name" or "name:port"
  std::string certificate;                // gateway only; together with key; needed off loopback
  std::string key;
  friend bool operator==(const DoorConfig&, const DoorConfig&) = default;
};

struct KeysConfig {
  std::string keystore = "keystore";
  std::string passphrase_file = "passphrase";
  friend bool operator==(const KeysConfig&, const KeysConfig&) = default;
};

struct LogConfig {
  std::string file;            // "": standard error
  std::string level = "info";  // "debug", "info", "warn" or "error"
  friend bool operator==(const LogConfig&, const LogConfig&) = default;
};

struct RulesConfig {
  std::vector<std::string> profiles = {"bank-000", "cn"};  // whose clocks are shown
  std::vector<std::string> files;  // further calendars (*.calendar) and profiles (*.profile), in this order
  friend bool operator==(const RulesConfig&, const RulesConfig&) = default;
};

struct Config {
  Role role = Role::branch;
  SiteConfig site;
  StoreConfig store;
  LinkConfig link;
  DoorConfig door;
  KeysConfig keys;
  LogConfig log;
  RulesConfig rules;
  friend bool operator==(const Config&, const Config&) = default;
};

// Reads the file at `path`, at most 256 KiB. Fails with every error that is in it, in the order of the file's keys as
// listed above: what says the file, the line and the key, field is the key ("link.heartbeat_ms"), code is io,
// too_large, malformed (not TOML: then the only one), unknown_field, missing_field or bad_value.
[[nodiscard]] Expected<Config, std::vector<Error>> load_config(const std::string& path);
// The same of the file's text; `file` is what the errors call it. Never fails with io.
[[nodiscard]] Expected<Config, std::vector<Error>> parse_config(const std::string& text, const std::string& file);

// The file that load_config() reads back as `config`: each key with its comment in English and Chinese. Keys that the
// role does not have are left out.
[[nodiscard]] std::string commented_config(const Config& config);

// Where a path written in the configuration at `config_path` leads: relative ones start from its folder; "" stays "".
[[nodiscard]] std::string beside(const std::string& config_path, const std::string& path);

}  // namespace redress::shell
