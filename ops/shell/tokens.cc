#include "ops/shell/tokens.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <sstream>

#include "crypto/digest.h"
#include "protocol/base/bytes.h"

namespace redress::shell {
namespace {

std::string digest_of(std::string_view token) { return to_hex(crypto::sha256(view_of(token)).bytes); }

}  // namespace

std::optional<Duty> duty_named(std::string_view name) {
  if (name == "casework") return Duty::casework;
  if (name == "operations") return Duty::operations;
  return std::nullopt;
}

std::string_view name_of(Duty duty) { return duty == Duty::casework ? "casework" : "operations"; }

void Tokens::load() {
  struct stat now {};
  if (::stat(path_.c_str(), &now) != 0) {
    people_.clear();
    seen_ns_ = -1;
    return;
  }
  const std::int64_t changed_ns = now.st_mtim.tv_sec * 1'000'000'000LL + now.st_mtim.tv_nsec;
  // Two tokens issued within one tick of the clock differ in size only.
  if (changed_ns == seen_ns_ && now.st_size == seen_bytes_) return;
  seen_ns_ = changed_ns;
  seen_bytes_ = now.st_size;
  std::ifstream file{path_};
  people_.clear();
  for (std::string line; std::getline(file, line);) {
    std::istringstream words{line};
    std::string digest;
    std::uint32_t staff = 0;
    std::string duty;
    if (!(words >> digest >> staff >> duty) || !duty_named(duty) || StaffId{staff} == StaffId{}) continue;
    Person person{StaffId{staff}, *duty_named(duty), {}};
    for (std::string role; words >> role;) person.roles.push_back(role);
    people_.insert_or_assign(digest, std::move(person));
  }
}

std::optional<Person> Tokens::find(const std::string& bearer) {
  if (bearer.empty()) return std::nullopt;
  const std::string digest = digest_of(bearer);
  load();
  const auto found = people_.find(digest);
  if (found == people_.end()) return std::nullopt;
  return found->second;
}

Result<std::string> issue_token(const std::string& path, const Person& person, Random& random) {
  if (person.staff == StaffId{}) return fail(Code::bad_value, "a number from 1: 0 is the program's own", "staff");
  std::string roles;
  for (const std::string& role : person.roles) {
    if (role.empty() || role.find_first_of(" \t\r\n") != std::string::npos)
      return fail(Code::bad_value, "a role is one word", "role");
    roles += " " + role;
  }
  const std::string token = "rdt_" + to_base32(random.fixed<Digest>().bytes);
  const std::string line = digest_of(token) + " " + std::to_string(person.staff.value()) + " " +
                           std::string{name_of(person.duty)} + roles + "\n";
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (fd < 0) return fail(Code::io, "open tokens: path=" + path);
  const bool ok = ::flock(fd, LOCK_EX) == 0 &&
                  ::write(fd, line.data(), line.size()) == static_cast<ssize_t>(line.size()) && ::fsync(fd) == 0;
  ::close(fd);
  if (!ok) return fail(Code::io, "write tokens: path=" + path);
  return token;
}

}  // namespace redress::shell
