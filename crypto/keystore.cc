#include "crypto/keystore.h"

#include "crypto/derive.h"
#include "crypto/digest.h"
#include "crypto/gcm.h"
#include "crypto/keystore_content.h"
#include "crypto/private_file.h"
#include "protocol/base/limits.h"

namespace redress::crypto {
namespace {

constexpr std::string_view magic = "RDRKEYS\n";
constexpr std::uint8_t format = 1;
constexpr std::size_t salt_size = 16;
constexpr std::size_t check_size = 16;
constexpr std::size_t head_size = 8 + 1 + 3 + salt_size + check_size;
constexpr std::size_t file_bytes_max = 16 * limits::kib;
constexpr std::string_view content_domain = "redress/keystore/content/1";

// The two keys that a passphrase opens.
struct Opened {
  Key32 check;    // its first check_size bytes stand in the file
  Key32 content;  // seals the content
};

Opened keys_of(std::string_view passphrase, ByteView salt, const ScryptCost& cost) {
  const Key32 master = key_of_passphrase(passphrase, salt, cost);
  return {derive(master, "redress/keystore/check/1"), derive(master, content_domain)};
}

Status check_texts(const KeystoreContent& content) {
  const auto too_long = [](std::string_view text) { return text.size() > keystore_text_bytes_max; };
  const auto& enrolment = content.enrolment;
  const auto& invite = content.invite;
  if ((enrolment && (too_long(enrolment->endpoint) || too_long(enrolment->site_name) || too_long(enrolment->zone))) ||
      (invite && too_long(invite->endpoint))) {
    return fail(Code::too_large, "save keystore limit=" + std::to_string(keystore_text_bytes_max));
  }
  return Done{};
}

// magic ‖ format ‖ scrypt cost ‖ salt ‖ check value.
Bytes head_of(const ScryptCost& cost, ByteView salt, const Opened& keys) {
  Writer head;
  head.raw(view_of(magic));
  head.u8(format);
  head.u8(cost.log2_n);
  head.u8(cost.block);
  head.u8(cost.parallel);
  head.raw(salt);
  head.raw(keys.check.view().first(check_size));
  return head.take();
}

Unexpected<Error> damaged(const std::string& path, std::string_view reason) {
  return fail(Code::damaged, "load keystore reason=" + std::string{reason}, path);
}

}  // namespace

Status save_keystore(const std::string& path, std::string_view passphrase, const KeystoreContent& content,
                     Random& random) {
  if (passphrase.empty()) return fail(Code::bad_value, "save keystore reason=empty_passphrase");
  if (passphrase.size() > passphrase_bytes_max) {
    return fail(Code::too_large, "save keystore passphrase_limit=" + std::to_string(passphrase_bytes_max));
  }
  if (auto checked = check_texts(content); !checked) return checked;
  constexpr ScryptCost cost;
  std::array<std::byte, salt_size> salt{};
  random.fill(salt);
  const Opened keys = keys_of(passphrase, salt, cost);
  const Bytes head = head_of(cost, salt, keys);
  Bytes file = head;
  Gcm{}.seal(keys.content, content_domain, head, encode_content(content), random, file);
  const Digest digest = sha256(file);
  file.insert(file.end(), digest.bytes.begin(), digest.bytes.end());
  return replace_file(path, file, Access::owner_only);
}

Result<KeystoreContent> load_keystore(const std::string& path, std::string_view passphrase) {
  auto read = read_file(path, file_bytes_max, Access::owner_only);
  if (!read && read.error().code == Code::too_large) return damaged(path, "size");
  if (!read) return fail(read.error());
  const ByteView file = *read;
  if (file.size() < head_size + Gcm::overhead + Digest::size) return damaged(path, "size");
  const ByteView body = file.first(file.size() - Digest::size);
  if (!same_bytes(view_of(sha256(body)), file.last(Digest::size))) return damaged(path, "digest");

  Reader in{body};
  if (text_of(in.raw(magic.size())) != magic) return damaged(path, "magic");
  if (const std::uint8_t found = in.u8(); found > format) {
    return fail(Code::newer_format, "load keystore format=" + std::to_string(found), path);
  } else if (found != format) {
    return damaged(path, "format");
  }
  const ScryptCost cost{in.u8(), in.u8(), in.u8()};
  const ByteView salt = in.raw(salt_size);
  const ByteView check = in.raw(check_size);
  if (!is_bearable(cost)) return damaged(path, "scrypt_cost");
  const Opened keys = keys_of(passphrase.substr(0, passphrase_bytes_max + 1), salt, cost);
  if (!same_secret(keys.check.view().first(check_size), check)) {
    return fail(Code::wrong_key, "load keystore reason=passphrase", path);
  }
  SecretBytes plain(in.rest().size() - Gcm::overhead);
  if (!Gcm{}.open(keys.content, content_domain, body.first(head_size), in.rest(), plain)) {
    return damaged(path, "tag");
  }
  auto content = decode_content(plain);
  if (!content) return damaged(path, "content");
  return *std::move(content);
}

}  // namespace redress::crypto
