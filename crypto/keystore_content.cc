#include "crypto/keystore_content.h"

namespace redress::crypto {
namespace {

constexpr std::uint8_t has_enrolment = 1;
constexpr std::uint8_t has_invite = 2;

// Writer's numbers into memory that is wiped.
class SecretWriter {
 public:
  void raw(ByteView bytes) { out_.insert(out_.end(), bytes.begin(), bytes.end()); }
  void u8(std::uint8_t value) { out_.push_back(std::byte{value}); }
  void u32(std::uint32_t value) {
    Writer number;
    number.u32(value);
    raw(number.bytes());
  }
  void i64(std::int64_t value) {
    Writer number;
    number.i64(value);
    raw(number.bytes());
  }
  void text(std::string_view value) {
    Writer size;
    size.u16(static_cast<std::uint16_t>(value.size()));
    raw(size.bytes());
    raw(view_of(value));
  }
  [[nodiscard]] const SecretBytes& bytes() const noexcept { return out_; }

 private:
  SecretBytes out_;
};

Key32 take_key(Reader& reader) {
  const ByteView bytes = reader.raw(Key32::size);
  return reader.failed() ? Key32{} : Key32{bytes.first<Key32::size>()};
}

std::string take_text(Reader& reader) { return std::string{text_of(reader.raw(reader.u16()))}; }

}  // namespace

SecretBytes encode_content(const KeystoreContent& content) {
  SecretWriter out;
  out.raw(view_of(content.network));
  out.u32(content.site.value());
  out.raw(content.keys.transport.secret.view());
  out.raw(content.keys.signing.secret.view());
  out.u32(content.keys.kek_generation);
  out.raw(content.keys.kek.view());
  out.raw(content.keys.views.view());
  out.u8(static_cast<std::uint8_t>((content.enrolment ? has_enrolment : 0) | (content.invite ? has_invite : 0)));
  if (const auto& enrolment = content.enrolment) {
    out.raw(enrolment->pairwise.view());
    out.u32(enrolment->pairwise_generation);
    out.raw(view_of(enrolment->gateway_transport));
    out.raw(view_of(enrolment->head_office_signing));
    out.text(enrolment->endpoint);
    out.text(enrolment->site_name);
    out.text(enrolment->zone);
    out.u32(enrolment->parent.value());
  }
  if (const auto& invite = content.invite) {
    out.raw(invite->one_time.secret.view());
    out.raw(view_of(invite->gateway_transport));
    out.text(invite->endpoint);
    out.i64(invite->expires.value());
  }
  return out.bytes();
}

// Fields are read in the order of the file, which is the order of evaluation in braces.
std::optional<KeystoreContent> decode_content(ByteView plain) {
  Reader in{plain};
  KeystoreContent content;
  content.network = in.fixed<NetworkId>();
  content.site = SiteId{in.u32()};
  content.keys.transport = transport_pair(take_key(in));
  content.keys.signing = signing_pair(take_key(in));
  content.keys.kek_generation = in.u32();
  content.keys.kek = take_key(in);
  content.keys.views = take_key(in);
  const std::uint8_t parts = in.u8();
  if ((parts & ~(has_enrolment | has_invite)) != 0) return std::nullopt;
  if ((parts & has_enrolment) != 0) {
    content.enrolment = Enrolment{take_key(in),  in.u32(),      in.fixed<PublicKey>(), in.fixed<PublicKey>(),
                                  take_text(in), take_text(in), take_text(in),         SiteId{in.u32()}};
  }
  if ((parts & has_invite) != 0) {
    content.invite = Invite{transport_pair(take_key(in)), in.fixed<PublicKey>(), take_text(in), WallTime{in.i64()}};
  }
  if (!in.complete()) return std::nullopt;
  return content;
}

}  // namespace redress::crypto
