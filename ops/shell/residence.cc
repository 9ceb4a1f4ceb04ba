#include "ops/shell/residence.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>

#include "crypto/digest.h"
#include "ops/shell/home.h"

namespace redress::shell {
namespace {

constexpr std::size_t machine_id_chars = 32;

Residence::Name short_of(ByteView whole) {
  const Digest digest = crypto::sha256(whole);
  Residence::Name out;
  std::copy_n(digest.bytes.begin(), out.size(), out.begin());
  return out;
}

// The id itself is for this machine's programs only (machine-id(5)): a digest of ours stands for it.
Residence::Name machine_in(const std::string& path) {
  const auto id = read_small_file(path);
  const bool whole = id && id->size() == machine_id_chars &&
                     id->find_first_not_of("0123456789abcdef") == std::string::npos &&
                     id->find_first_not_of('0') != std::string::npos;
  if (!whole) return {};
  Writer out;
  out.raw(view_of("redress/machine/1"));
  out.raw(view_of(*id));
  return short_of(out.bytes());
}

// The device's number is left out: it may be another after the next start of the machine.
Residence::Name file_at(const std::string& path) {
  struct statx file {};
  if (::statx(AT_FDCWD, path.c_str(), 0, STATX_INO | STATX_BTIME, &file) != 0) return {};
  Writer out;
  out.raw(view_of("redress/store-file/1"));
  out.u64(file.stx_ino);
  const bool born = (file.stx_mask & STATX_BTIME) != 0;
  out.i64(born ? file.stx_btime.tv_sec : 0);
  out.u32(born ? file.stx_btime.tv_nsec : 0);
  return short_of(out.bytes());
}

bool differs(const Residence::Name& before, const Residence::Name& now) {
  return before != Residence::Name{} && now != Residence::Name{} && before != now;
}

}  // namespace

Residence residence_of(const std::string& machine_id_path, const std::string& store_file) {
  return {machine_in(machine_id_path), file_at(store_file)};
}

Moved moved(const Residence& before, const Residence& now) {
  if (differs(before.machine, now.machine)) return Moved::to_another_machine;
  return differs(before.file, now.file) ? Moved::to_another_file : Moved::no;
}

}  // namespace redress::shell
