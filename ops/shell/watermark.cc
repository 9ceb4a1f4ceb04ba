#include "ops/shell/watermark.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "crypto/digest.h"

namespace redress::shell {
namespace {

constexpr std::string_view magic = "RDRMARK2";
constexpr std::string_view magic_1 = "RDRMARK1";
constexpr std::size_t check_bytes = 8;
constexpr std::size_t file_bytes_1 = magic_1.size() + 8 + 8 + check_bytes;
constexpr std::size_t file_bytes = file_bytes_1 + 2 * sizeof(Residence::Name);

// magic ‖ epoch ‖ position ‖ machine ‖ file ‖ the first bytes of their digest: a write that was torn is none. Kind 1
// has neither machine nor file.
Bytes encoded(std::string_view kind, Epoch born, const Noted& noted) {
  Writer out;
  out.raw(view_of(kind));
  out.u64(born.value());
  out.u64(noted.ledger.value());
  if (kind == magic) {
    out.raw(noted.residence.machine);
    out.raw(noted.residence.file);
  }
  const Digest digest = crypto::sha256(out.bytes());
  out.raw(view_of(digest).first(check_bytes));
  return out.take();
}

}  // namespace

Result<std::unique_ptr<Watermark>> Watermark::open(const std::string& path, const Residence& here) {
  const int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (descriptor < 0) return fail(Code::io, "open watermark: path=" + path + " reason=" + std::strerror(errno));
  return std::unique_ptr<Watermark>{new Watermark{descriptor, here}};
}

Watermark::~Watermark() { ::close(descriptor_); }

std::optional<Noted> Watermark::noted(Epoch born) const {
  std::array<std::byte, file_bytes + 1> bytes{};
  const auto size = static_cast<std::size_t>(std::max<ssize_t>(0, ::pread(descriptor_, bytes.data(), bytes.size(), 0)));
  if (size != file_bytes && size != file_bytes_1) return std::nullopt;
  const ByteView whole{bytes.data(), size};
  Reader in{whole.subspan(magic.size())};
  const Epoch epoch{in.u64()};
  Noted noted{Position{in.u64()}, {}};
  if (size == file_bytes) {
    for (auto* name : {&noted.residence.machine, &noted.residence.file}) {
      const ByteView read = in.raw(name->size());
      std::copy(read.begin(), read.end(), name->begin());
    }
  }
  const Bytes expected = encoded(size == file_bytes ? magic : magic_1, epoch, noted);
  if (epoch != born || !same_bytes(whole, expected)) return std::nullopt;
  return noted;
}

void Watermark::note(Epoch born, Position ledger) {
  const std::pair now{born, ledger};
  if (held_ || last_ == now) return;
  const Bytes bytes = encoded(magic, born, {ledger, here_});
  if (!last_ && ::ftruncate(descriptor_, static_cast<off_t>(file_bytes)) != 0) return;
  if (::pwrite(descriptor_, bytes.data(), bytes.size(), 0) == static_cast<ssize_t>(bytes.size())) last_ = now;
}

Result<Epoch> begin_after_image(store::Site& site, const std::string& why, WallTime now, Watermark* mark) {
  const journal::Mark head = *site.mark_of(site.journal());
  const store::Work work = site.site() == head_office
                               ? store::Work{sync::RenewOffice{head_office, why, {}, {}, {}}}
                               : store::Work{sync::RenewJournal{site.journal(), head, Code::old_image}};
  const auto outcome = site.commit({work}, now);
  if (!outcome.front()) {
    if (mark != nullptr) mark->hold();
    return fail(outcome.front().error());
  }
  return site.epoch();
}

Status begin_after_move(store::Site& site, const std::string& why, WallTime now, Watermark& mark) {
  const journal::Mark head = *site.mark_of(site.journal());
  std::vector<store::Work> work{store::Notice{Code::old_image, "this store was copied or has moved: " + why}};
  if (site.site() != head_office) work.emplace_back(sync::RenewJournal{site.journal(), head, Code::old_image});
  for (const auto& outcome : site.commit(work, now)) {
    if (outcome) continue;
    mark.hold();
    return fail(outcome.error());
  }
  return Done{};
}

}  // namespace redress::shell
