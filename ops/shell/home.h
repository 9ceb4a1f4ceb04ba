// A site's home: one folder with its configuration, keystore, tokens and stores; what each file in it is called.
//
// Values and functions; used by the programs at start and by redress-ops.
#pragma once

#include <string>
#include <vector>

#include "crypto/keystore.h"
#include "ops/shell/config.h"
#include "protocol/base/result.h"
#include "store/lmdb_truth.h"

namespace redress::shell {

inline constexpr const char* config_file = "redress.toml";
inline constexpr const char* tokens_file = "tokens";
inline constexpr const char* desk_token_file = "desk.token";
inline constexpr const char* ops_token_file = "ops.token";
inline constexpr const char* members_file = "members.log";
inline constexpr const char* url_file = "door.url";            // where the running program's door listens
inline constexpr const char* endpoint_file = "link.endpoint";  // where the running gateway's link listens
inline constexpr const char* home_lock_file = "lock";          // who serves the home has it locked

struct Home {
  std::string folder;
  Config config;
  crypto::KeystoreContent keys;
  std::string passphrase;

  [[nodiscard]] std::string path(const std::string& name) const { return folder + "/" + name; }
  [[nodiscard]] std::string keystore_path() const;
  [[nodiscard]] std::string journal_path() const;
  [[nodiscard]] std::string views_path() const;
};

// Reads configuration and keystore. Fails with every error there is; with bad_config if group or others have any right
// to the passphrase or to the door's key, as load_keystore does.
[[nodiscard]] Expected<Home, std::vector<Error>> open_home(const std::string& folder);

// How its stores are opened, by whoever opens them.
[[nodiscard]] store::LmdbOptions journal_options(const Home& home);
[[nodiscard]] store::LmdbOptions views_options(const Home& home);

// The whole of a small text file without its last line end. Fails with io, too_large above 64 KiB.
[[nodiscard]] Result<std::string> read_small_file(const std::string& path);
// Replaces a file, mode 0600. Fails with io.
[[nodiscard]] Status write_small_file(const std::string& path, const std::string& text);

}  // namespace redress::shell
