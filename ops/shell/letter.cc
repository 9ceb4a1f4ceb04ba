#include "ops/shell/letter.h"

#include <algorithm>

#include "crypto/seal.h"
#include "crypto/wipe_later.h"

namespace redress::shell {
namespace {

Bytes letter_data(const NetworkId& network, SiteId site) {
  Writer out;
  out.raw(view_of("redress/enrolled/1"));
  out.fixed(network);
  out.u32(site.value());
  return out.take();
}

void put_text(Writer& out, const std::string& text) {
  out.u16(static_cast<std::uint16_t>(text.size()));
  out.raw(view_of(text));
}

}  // namespace

Result<Bytes> seal_letter(const NetworkId& network, SiteId site, const PublicKey& transport, const Letter& letter,
                          Random& random) {
  Writer out;
  out.u32(letter.pairwise_generation);
  out.fixed(letter.head_office_signing);
  out.u32(letter.parent.value());
  put_text(out, letter.site_name);
  put_text(out, letter.zone);
  // Put together in memory that is wiped, and that no growing leaves behind.
  crypto::SecretBytes plain;
  plain.reserve(crypto::Key32::size + out.bytes().size());
  plain.insert(plain.end(), letter.pairwise.view().begin(), letter.pairwise.view().end());
  plain.insert(plain.end(), out.bytes().begin(), out.bytes().end());
  return crypto::seal_to(transport, letter_data(network, site), plain, random);
}

Result<Letter> open_letter(const NetworkId& network, SiteId site, const crypto::Key32& transport_secret,
                           ByteView sealed) {
  auto plain = crypto::open_to(transport_secret, letter_data(network, site), sealed);
  if (!plain) return fail(plain.error());
  const crypto::WipeLater passing{*plain};
  Reader in{*plain};
  Letter letter;
  const ByteView pairwise = in.raw(32);
  if (pairwise.size() == 32) std::copy(pairwise.begin(), pairwise.end(), letter.pairwise.bytes().begin());
  letter.pairwise_generation = in.u32();
  letter.head_office_signing = in.fixed<PublicKey>();
  letter.parent = SiteId{in.u32()};
  letter.site_name = std::string{text_of(in.raw(in.u16()))};
  letter.zone = std::string{text_of(in.raw(in.u16()))};
  if (!in.complete()) return fail(Code::damaged, "enrolment letter: not of this form");
  return letter;
}

}  // namespace redress::shell
