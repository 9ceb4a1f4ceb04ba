#include "ops/shell/watermark.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "crypto/digest.h"

namespace redress::shell {
namespace {

constexpr std::string_view magic = "RDRMARK1";
constexpr std::size_t check_bytes = 8;
constexpr std::size_t file_bytes = magic.size() + 8 + 8 + check_bytes;

// magic ‖ epoch ‖ position ‖ the first bytes of their digest: a write that was torn is none.
Bytes encoded(Epoch born, Position ledger) {
  Writer out;
  out.raw(view_of(magic));
  out.u64(born.value());
  out.u64(ledger.value());
  const Digest digest = crypto::sha256(out.bytes());
  out.raw(view_of(digest).first(check_bytes));
  return out.take();
}

}  // namespace

Result<std::unique_ptr<Watermark>> Watermark::open(const std::string& path) {
  const int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (descriptor < 0) return fail(Code::io, "open watermark: path=" + path + " reason=" + std::strerror(errno));
  return std::unique_ptr<Watermark>{new Watermark{descriptor}};
}

Watermark::~Watermark() { ::close(descriptor_); }

std::optional<Position> Watermark::noted(Epoch born) const {
  std::array<std::byte, file_bytes + 1> bytes{};
  if (::pread(descriptor_, bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(file_bytes)) return std::nullopt;
  const ByteView whole{bytes.data(), file_bytes};
  Reader in{whole.subspan(magic.size())};
  const Epoch epoch{in.u64()};
  const Position ledger{in.u64()};
  if (epoch != born || !same_bytes(whole, encoded(epoch, ledger))) return std::nullopt;
  return ledger;
}

void Watermark::note(Epoch born, Position ledger) {
  const std::pair now{born, ledger};
  if (last_ == now) return;
  const Bytes bytes = encoded(born, ledger);
  if (!last_ && ::ftruncate(descriptor_, static_cast<off_t>(file_bytes)) != 0) return;
  if (::pwrite(descriptor_, bytes.data(), bytes.size(), 0) == static_cast<ssize_t>(bytes.size())) last_ = now;
}

Result<Epoch> begin_after_image(store::Site& site, const std::string& why, WallTime now) {
  const journal::Mark head = *site.mark_of(site.journal());
  const store::Work work = site.site() == head_office
                               ? store::Work{sync::RenewOffice{head_office, why, {}, {}, {}}}
                               : store::Work{sync::RenewJournal{site.journal(), head, Code::old_image}};
  const auto outcome = site.commit({work}, now);
  if (!outcome.front()) return fail(outcome.front().error());
  return site.epoch();
}

}  // namespace redress::shell
