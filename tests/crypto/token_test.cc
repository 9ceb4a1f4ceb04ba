#include "crypto/token.h"

#include <algorithm>

#include "crypto/digest.h"
#include "crypto/identity.h"
#include "tests/crypto/fixture.h"

namespace redress::crypto {
namespace {

constexpr std::string_view golden =
    "RDR1-048124-GK2GAH-C5RR34-D1P70X-3RFG20-0000N1-YX33E0-X2YBV7-C5T6AX-V1F4Q6-4RBEDC-Q6AY31-DNR6RS-9T6WT3-"
    "2C2DBE-NRKC3K-7PERVK-PF0KSJ-3J8BER-DQESD6-QPSBVP-ZTTFKT-QQRZCV-4CKJPB-SK6WXK-YGT79D-7N6NTV-BXHPET-VFEDVQ-"
    "PZW3GY-5RZ4WQ-KEE000-06H00E-01017C-EMSP";

JoinToken golden_token() {
  return {fixed_hex<NetworkId>("101112131415161718191a1b1c1d1e1f"),
          SuiteId{1},
          SiteId{42},
          "tcp://gateway.bank.example:7410",
          transport_pair(key_from(200)).public_key,
          key_from(200),
          WallTime{1795300000000}};
}

void check_golden(const Result<JoinToken>& token) {
  REQUIRE(token);
  const JoinToken expected = golden_token();
  CHECK(token->network == expected.network);
  CHECK(token->suite == expected.suite);
  CHECK(token->site == expected.site);
  CHECK(token->endpoint == expected.endpoint);
  CHECK(token->gateway == expected.gateway);
  CHECK(token->one_time_secret == expected.one_time_secret);
  CHECK(token->expires == expected.expires);
}

// The text of a token with this content and a right checksum.
std::string text_with(Bytes content) {
  const Digest digest = sha256_of({view_of("redress/token/1"), content});
  content.insert(content.end(), digest.bytes.begin(), digest.bytes.begin() + 4);
  return "RDR1" + to_base32(content);
}
Bytes golden_content() {
  std::string letters{golden.substr(5)};
  letters.erase(std::remove(letters.begin(), letters.end(), '-'), letters.end());
  Bytes bytes = *from_base32(letters);
  bytes.resize(bytes.size() - 4);
  return bytes;
}

}  // namespace

TEST_CASE("Token: the golden text is written and read") {
  const auto text = encode_token(golden_token());
  REQUIRE(text);
  CHECK(*text == golden);
  check_golden(decode_token(golden));
}

TEST_CASE("Token: case, spaces, line breaks and dashes do not matter, nor the letters people misread") {
  std::string text{golden};
  SECTION("lower case") {
    for (char& c : text) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
  }
  SECTION("no dashes") { text.erase(std::remove(text.begin(), text.end(), '-'), text.end()); }
  SECTION("lines and spaces") {
    std::replace(text.begin(), text.end(), '-', '\n');
    text = "  " + text + "\r\n\t";
  }
  SECTION("O for 0") { std::replace(text.begin(), text.end(), '0', 'O'); }
  SECTION("I for 1") { std::replace(text.begin(), text.end(), '1', 'I'); }
  SECTION("l for 1") { std::replace(text.begin(), text.end(), '1', 'l'); }
  check_golden(decode_token(text));
}

TEST_CASE("Token: any other letter misread is found") {
  for (std::size_t at = 5; at < golden.size(); ++at) {
    if (golden[at] == '-') continue;
    std::string text{golden};
    text[at] = text[at] == 'Z' ? '2' : 'Z';
    INFO(at);
    CHECK(code_of(decode_token(text)) == Code::malformed);
  }
}

TEST_CASE("Token: two letters swapped, one left out, one too many are found") {
  for (std::size_t at = 5; at + 1 < golden.size(); ++at) {
    std::string swapped{golden};
    std::swap(swapped[at], swapped[at + 1]);
    INFO(at);
    const bool is_change = golden[at] != golden[at + 1] && golden[at] != '-' && golden[at + 1] != '-';
    if (is_change) CHECK(code_of(decode_token(swapped)) == Code::malformed);
    if (golden[at] == '-') continue;
    CHECK(code_of(decode_token(std::string{golden}.erase(at, 1))) == Code::malformed);
    CHECK(code_of(decode_token(std::string{golden}.insert(at, "7"))) == Code::malformed);
  }
  CHECK(code_of(decode_token(std::string{golden} + "0")) == Code::malformed);
}

TEST_CASE("Token: another text is malformed, a later program's token is newer, a long text is too large") {
  for (const std::string_view text : {"", "-", "R", "RDR", "RDR1", "RDR1-", "RDR1-0000", "RDR0-048124", "QDR1-048124",
                                      "RDRX-048124", "RDR1-U", "RDR1-048\xC3\xA4", "{\"token\":1}"}) {
    INFO(text);
    CHECK(code_of(decode_token(text)) == Code::malformed);
  }
  CHECK(code_of(decode_token("RDR2-048124")) == Code::newer_format);
  Bytes later = golden_content();
  later[0] = std::byte{2};
  CHECK(code_of(decode_token(text_with(later))) == Code::newer_format);
  CHECK(code_of(decode_token(std::string(token_text_bytes_max + 1, ' '))) == Code::too_large);
  CHECK(code_of(decode_token(std::string(token_text_bytes_max, ' '))) == Code::malformed);
}

TEST_CASE("Token: a right checksum does not make a wrong content right") {
  check_golden(decode_token(text_with(golden_content())));
  SECTION("version 0") {
    Bytes content = golden_content();
    content[0] = std::byte{0};
    CHECK(code_of(decode_token(text_with(content))) == Code::malformed);
  }
  SECTION("site 0") {
    Bytes content = golden_content();
    content[21] = std::byte{0};
    CHECK(code_of(decode_token(text_with(content))) == Code::malformed);
  }
  SECTION("a blank in the endpoint") {
    Bytes content = golden_content();
    content[30] = std::byte{' '};
    CHECK(code_of(decode_token(text_with(content))) == Code::malformed);
  }
  SECTION("every length but the right one") {
    const Bytes content = golden_content();
    for (std::size_t size = 0; size < content.size(); ++size) {
      INFO(size);
      CHECK(code_of(decode_token(text_with(copy_of(ByteView{content}.first(size))))) == Code::malformed);
    }
    Bytes longer = content;
    longer.push_back({});
    CHECK(code_of(decode_token(text_with(longer))) == Code::malformed);
  }
}

TEST_CASE("Token: only what can be read back is written") {
  JoinToken token = golden_token();
  token.endpoint = std::string(endpoint_bytes_max, 'a');
  const auto longest = encode_token(token);
  REQUIRE(longest);
  CHECK(longest->size() <= token_text_bytes_max);
  CHECK(decode_token(*longest));
  for (const std::string& endpoint : {std::string{}, std::string(endpoint_bytes_max + 1, 'a'), std::string{"a b"},
                                      std::string{"银行"}, std::string{"a\n"}}) {
    token.endpoint = endpoint;
    CHECK(code_of(encode_token(token)) == Code::bad_value);
  }
  token = golden_token();
  token.site = SiteId{0};
  CHECK(code_of(encode_token(token)) == Code::bad_value);
}

}  // namespace redress::crypto
