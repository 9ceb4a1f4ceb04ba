#include "ops/shell/home.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <iterator>

#include "crypto/wipe_later.h"

namespace redress::shell {
namespace {

std::size_t bytes_of(std::int64_t mib) { return static_cast<std::size_t>(mib) << 20; }

// Of the secrets that the configuration names, those that group or others have any right to. One that is not there is
// for whoever reads it to name.
std::vector<Error> exposed_secrets(const Home& home) {
  std::vector<Error> out;
  for (const std::string& secret : {home.config.keys.passphrase_file, home.config.door.key}) {
    const std::string path = beside(home.path(config_file), secret);
    struct stat facts {};
    if (path.empty() || ::stat(path.c_str(), &facts) != 0 || (facts.st_mode & 077) == 0) continue;
    out.push_back({Code::bad_config, "open secret file reason=open_to_group_or_others remedy=chmod 600", path});
  }
  return out;
}

}  // namespace

std::string Home::keystore_path() const { return beside(path(config_file), config.keys.keystore); }
std::string Home::journal_path() const { return beside(path(config_file), config.store.path) + "/journal"; }
std::string Home::views_path() const { return beside(path(config_file), config.store.path) + "/views"; }

Expected<Home, std::vector<Error>> open_home(const std::string& folder) {
  Home home;
  home.folder = folder;
  auto config = load_config(home.path(config_file));
  if (!config) return Unexpected<std::vector<Error>>{config.error()};
  home.config = *config;
  auto exposed = exposed_secrets(home);
  if (!exposed.empty()) return Unexpected<std::vector<Error>>{std::move(exposed)};
  auto passphrase = read_small_file(beside(home.path(config_file), home.config.keys.passphrase_file));
  if (!passphrase) return Unexpected<std::vector<Error>>{{passphrase.error()}};
  const crypto::WipeLater passing{*passphrase};
  home.passphrase = *passphrase;
  auto keys = crypto::load_keystore(home.keystore_path(), home.passphrase);
  if (!keys) return Unexpected<std::vector<Error>>{{keys.error()}};
  home.keys = std::move(*keys);
  if (home.keys.site != home.config.site.id) {
    return Unexpected<std::vector<Error>>{
        {Error{Code::bad_config,
               "the keystore belongs to site=" + std::to_string(home.keys.site.value()) +
                   ", the configuration names site=" + std::to_string(home.config.site.id.value()),
               "site.id"}}};
  }
  return home;
}

store::LmdbOptions journal_options(const Home& home) {
  const StoreConfig& config = home.config.store;
  return {home.journal_path(),
          store::journal_tables(),
          bytes_of(config.journal_map_mib),
          bytes_of(config.journal_limit_mib),
          bytes_of(config.ballast_mib),
          /*redo=*/true};
}

store::LmdbOptions views_options(const Home& home) {
  const StoreConfig& config = home.config.store;
  return {home.views_path(), store::views_tables(), bytes_of(config.views_map_mib), bytes_of(config.views_limit_mib), 0,
          /*redo=*/false};
}

Result<std::string> read_small_file(const std::string& path) {
  std::ifstream file{path, std::ios::binary};
  if (!file) return fail(Code::io, "read file: path=" + path + " reason=" + std::strerror(errno));
  std::string text{std::istreambuf_iterator<char>{file}, {}};
  if (text.size() > 64 * 1024) return fail(Code::too_large, "read file: path=" + path);
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.pop_back();
  return text;
}

Status write_small_file(const std::string& path, const std::string& text) {
  const std::string beside_path = path + ".new";
  const int fd = ::open(beside_path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (fd < 0) return fail(Code::io, "write file: path=" + path + " reason=" + std::strerror(errno));
  const bool ok = ::write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size()) && ::fsync(fd) == 0;
  ::close(fd);
  if (!ok || std::rename(beside_path.c_str(), path.c_str()) != 0) {
    return fail(Code::io, "write file: path=" + path + " reason=" + std::strerror(errno));
  }
  return Done{};
}

}  // namespace redress::shell
