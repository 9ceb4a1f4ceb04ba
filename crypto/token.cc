#include "crypto/token.h"

#include <algorithm>

#include "crypto/digest.h"

namespace redress::crypto {
namespace {

constexpr std::string_view prefix = "RDR";
constexpr char generation = '1';
constexpr std::uint8_t version = 1;
constexpr std::size_t group_letters = 6;
constexpr std::size_t checksum_bytes = 4;

static_assert((1 + 16 + 1 + 4 + 1 + endpoint_bytes_max + 32 + 32 + 8 + checksum_bytes) * 2 < token_text_bytes_max);

Bytes checksum_of(ByteView content) {
  const Digest digest = sha256_of({view_of("redress/token/1"), content});
  return copy_of(view_of(digest).first(checksum_bytes));
}

bool is_endpoint(std::string_view text) {
  return !text.empty() && text.size() <= endpoint_bytes_max &&
         std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c <= '~'; });
}

// The letters alone, as to_base32() would have written them.
std::string letters_of(std::string_view text) {
  std::string letters;
  letters.reserve(text.size());
  for (char c : text) {
    if (c == '-' || c == ' ' || (c >= '\t' && c <= '\r')) continue;
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    letters.push_back(c == 'O' ? '0' : (c == 'I' || c == 'L') ? '1' : c);
  }
  return letters;
}

Unexpected<Error> malformed(std::string_view reason) {
  return fail(Code::malformed, "read enrolment token reason=" + std::string{reason}, "token");
}

Result<JoinToken> parse(ByteView content) {
  Reader reader{content};
  if (const std::uint8_t found = reader.u8(); found > version) {
    return fail(Code::newer_format, "read enrolment token version=" + std::to_string(found), "token");
  } else if (found != version) {
    return malformed("version");
  }
  JoinToken token;
  token.network = reader.fixed<NetworkId>();
  token.suite = SuiteId{reader.u8()};
  token.site = SiteId{reader.u32()};
  token.endpoint = text_of(reader.raw(reader.u8()));
  token.gateway = reader.fixed<PublicKey>();
  const ByteView secret = reader.raw(Key32::size);
  token.expires = WallTime{reader.i64()};
  if (!reader.complete()) return malformed("length");
  token.one_time_secret = Key32{secret.first<Key32::size>()};
  if (token.site.value() == 0) return malformed("site");
  if (!is_endpoint(token.endpoint)) return malformed("endpoint");
  return token;
}

}  // namespace

Result<std::string> encode_token(const JoinToken& token) {
  if (token.site.value() == 0) return fail(Code::bad_value, "write enrolment token", "site");
  if (!is_endpoint(token.endpoint)) return fail(Code::bad_value, "write enrolment token", "endpoint");
  Writer writer;
  writer.u8(version);
  writer.fixed(token.network);
  writer.u8(token.suite.value());
  writer.u32(token.site.value());
  writer.u8(static_cast<std::uint8_t>(token.endpoint.size()));
  writer.raw(view_of(token.endpoint));
  writer.fixed(token.gateway);
  writer.raw(token.one_time_secret.view());
  writer.i64(token.expires.value());
  writer.raw(checksum_of(writer.bytes()));

  const std::string letters = to_base32(writer.bytes());
  std::string text = std::string{prefix} + generation;
  for (std::size_t at = 0; at < letters.size(); at += group_letters) {
    text += '-';
    text += letters.substr(at, group_letters);
  }
  return text;
}

Result<JoinToken> decode_token(std::string_view text) {
  if (text.size() > token_text_bytes_max) {
    return fail(Code::too_large, "read enrolment token limit=" + std::to_string(token_text_bytes_max), "token");
  }
  const std::string letters = letters_of(text);
  if (letters.size() <= prefix.size() || letters.compare(0, prefix.size(), prefix) != 0) return malformed("prefix");
  const char found = letters[prefix.size()];
  if (found > generation && found <= '9') {
    return fail(Code::newer_format, std::string{"read enrolment token generation="} + found, "token");
  }
  if (found != generation) return malformed("prefix");
  const std::string_view body = std::string_view{letters}.substr(prefix.size() + 1);
  const auto bytes = from_base32(body);
  // Base32 leaves bits over at the end; written back, they must be the ones we would write.
  if (!bytes || to_base32(*bytes) != body) return malformed("letters");
  if (bytes->size() <= checksum_bytes) return malformed("length");
  const ByteView content = ByteView{*bytes}.first(bytes->size() - checksum_bytes);
  if (!same_bytes(checksum_of(content), ByteView{*bytes}.last(checksum_bytes))) return malformed("checksum");
  return parse(content);
}

}  // namespace redress::crypto
