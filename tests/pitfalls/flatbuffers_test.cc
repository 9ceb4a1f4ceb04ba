// FlatBuffers 2.0.8 on hostile bytes: FB-1 to FB-4.
#include <flatbuffers/flatbuffers.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "protocol/base/limits.h"
#include "protocol/wire/frames.h"
#include "protocol/wire/frames_generated.h"

namespace redress::pitfalls {
namespace {

namespace fb = wire::fb;
using flatbuffers::FlatBufferBuilder;
using flatbuffers::Offset;
using flatbuffers::Verifier;

ByteView bytes_of(const FlatBufferBuilder& out) {
  return {reinterpret_cast<const std::byte*>(out.GetBufferPointer()), out.GetSize()};
}

// What flatc makes of `table Node { kids:[Node]; inner:[ubyte] (nested_flatbuffer: "Node"); }`, and it counts.
struct Node : private flatbuffers::Table {
  static constexpr flatbuffers::voffset_t kids_at = 4;
  static constexpr flatbuffers::voffset_t inner_at = 6;
  static inline std::size_t visited = 0;

  using Kids = flatbuffers::Vector<Offset<Node>>;
  [[nodiscard]] bool Verify(Verifier& verifier) const {
    ++visited;
    const auto* kids = GetPointer<const Kids*>(kids_at);
    const auto* inner = GetPointer<const flatbuffers::Vector<std::uint8_t>*>(inner_at);
    return VerifyTableStart(verifier) && VerifyOffset(verifier, kids_at) && verifier.VerifyVector(kids) &&
           verifier.VerifyVectorOfTables(kids) && VerifyOffset(verifier, inner_at) && verifier.VerifyVector(inner) &&
           verifier.VerifyNestedFlatBuffer<Node>(inner, nullptr) && verifier.EndTable();
  }
};

Offset<Node> add_node(FlatBufferBuilder& out, Offset<Node::Kids> kids,
                      Offset<flatbuffers::Vector<std::uint8_t>> inner) {
  const auto start = out.StartTable();
  out.AddOffset(Node::kids_at, kids);
  out.AddOffset(Node::inner_at, inner);
  return Offset<Node>{out.EndTable(start)};
}

// Each level names the next one twice: n levels are 2^n visits.
std::vector<std::uint8_t> shared_subtrees(int levels) {
  FlatBufferBuilder out;
  auto node = add_node(out, 0, 0);
  for (int level = 1; level < levels; ++level) {
    const std::vector<Offset<Node>> twice{node, node};
    node = add_node(out, out.CreateVector(twice), 0);
  }
  out.Finish(node);
  return {out.GetBufferPointer(), out.GetBufferPointer() + out.GetSize()};
}

// A buffer in a buffer in a buffer.
std::vector<std::uint8_t> nested(int levels) {
  std::vector<std::uint8_t> inner;
  for (int level = 0; level < levels; ++level) {
    FlatBufferBuilder out;
    out.ForceVectorAlignment(inner.size(), sizeof(std::uint8_t), 16);
    const auto bytes = inner.empty() ? Offset<flatbuffers::Vector<std::uint8_t>>{} : out.CreateVector(inner);
    out.Finish(add_node(out, 0, bytes));
    inner.assign(out.GetBufferPointer(), out.GetBufferPointer() + out.GetSize());
  }
  return inner;
}

wire::Batch batch_with(const Bytes& body) {
  wire::Batch out;
  out.session = SessionId{9};
  out.stream = journal_of(SiteId{7}, Epoch{5});
  out.first = Seq{1};
  out.items = {{Bytes(180, std::byte{1}), body}};
  out.checkpoint = {{}, {}, out.stream, {Seq{1}, Digest{}}, WallTime{1}, {Position{1}, Digest{}}, {}};
  return out;
}

std::string text_of_source(const std::string& name) {
  std::ifstream file{std::filesystem::path{REDRESS_SOURCE_DIR} / name};
  REQUIRE(file.good());
  return {std::istreambuf_iterator<char>{file}, {}};
}

}  // namespace

TEST_CASE("pitfall FB-1: a kilobyte costs the verifier a million tables; ours stops at two thousand") {
  SECTION("bare: subtrees that share everything") {
    const auto packet = shared_subtrees(19);
    REQUIRE(packet.size() <= 1'100);
    Node::visited = 0;
    CHECK(Verifier{packet.data(), packet.size()}.VerifyBuffer<Node>(nullptr));
    CHECK(Node::visited > 500'000);
    // The limits that ours has.
    Node::visited = 0;
    CHECK_FALSE(Verifier{packet.data(), packet.size(), 64, 2'000}.VerifyBuffer<Node>(nullptr));
    CHECK(Node::visited <= 2'001);
  }
  SECTION("the same frame, bare and ours: one item named a hundred thousand times") {
    FlatBufferBuilder out;
    const std::vector<Offset<fb::Item>> items(100'000, fb::CreateItem(out, 0, 0));
    const fb::Stream stream{7, 0, 9};
    const auto frame = fb::CreateBatch(out, 1, &stream, 1, out.CreateVector(items));
    fb::FinishSizePrefixedFrameBuffer(out, fb::CreateFrame(out, fb::Body_Batch, frame.Union()));
    Verifier defaults{out.GetBufferPointer(), out.GetSize()};
    CHECK(fb::VerifySizePrefixedFrameBuffer(defaults));
    const auto refused = wire::decode(bytes_of(out));
    REQUIRE_FALSE(refused.has_value());
    CHECK(refused.error().code == Code::bad_frame);
    CHECK(refused.error().what.find("not a frame") != std::string::npos);
  }
}

TEST_CASE("pitfall FB-2: a buffer in a buffer begins with new limits; ours has none, and never looks inside") {
  constexpr int levels = 200;
  const auto packet = nested(levels);
  SECTION("bare: eight levels allowed, two hundred accepted") {
    Node::visited = 0;
    CHECK(Verifier{packet.data(), packet.size(), 8, 8}.VerifyBuffer<Node>(nullptr));
    CHECK(Node::visited == levels);
  }
  SECTION("ours: no schema nests, and what a body holds is bytes") {
    for (const std::string name : {"protocol/wire/frames.fbs", "protocol/casework/events.fbs"}) {
      CHECK(text_of_source(name).find("nested_flatbuffer") == std::string::npos);
    }
    const auto* data = reinterpret_cast<const std::byte*>(packet.data());
    const Bytes body{data, data + packet.size()};
    REQUIRE(body.size() <= limits::entry_bytes_max);
    Node::visited = 0;
    const auto decoded = wire::decode(wire::encode(batch_with(body)));
    REQUIRE(decoded.has_value());
    CHECK(std::get<wire::Batch>(*decoded).items[0].body == body);
    CHECK(Node::visited == 0);
  }
}

TEST_CASE("pitfall FB-3: a verified frame unfolds to a hundred times its size; ours copies under a budget") {
  FlatBufferBuilder out;
  const auto shared = out.CreateVector(std::vector<std::uint8_t>(limits::header_bytes_future_max, 7));
  const auto body = out.CreateVector(std::vector<std::uint8_t>(40'000, 7));
  const std::vector<Offset<fb::Item>> items(limits::batch_entries_max, fb::CreateItem(out, shared, body));
  const auto checkpoint = out.CreateVector(std::vector<std::uint8_t>(186, 1));
  const fb::Stream stream{7, 0, 9};
  const auto frame = fb::CreateBatch(out, 1, &stream, 1, out.CreateVector(items), 0, checkpoint);
  fb::FinishSizePrefixedFrameBuffer(out, fb::CreateFrame(out, fb::Body_Batch, frame.Union()));

  // Bare, with ours' own verifier limits: what a plain copy of it would take.
  Verifier strict{out.GetBufferPointer(), out.GetSize(), 6, 2'000};
  REQUIRE(fb::VerifySizePrefixedFrameBuffer(strict));
  std::size_t unfolded = 0;
  for (const auto* item : *fb::GetSizePrefixedFrame(out.GetBufferPointer())->body_as_Batch()->items())
    unfolded += item->header()->size() + item->body()->size();
  CHECK(unfolded > 200 * out.GetSize());

  const auto refused = wire::decode(bytes_of(out));
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().code == Code::bad_frame);
  CHECK(refused.error().what.find("a part is over its limit") != std::string::npos);
}

TEST_CASE("pitfall FB-4: verified is not valid: text that is none, and trailing junk; ours refuses both") {
  const auto refusal_saying = [](const std::string& text) {
    FlatBufferBuilder out;
    const auto frame = fb::CreateRefusal(out, 1, 1, out.CreateString(text)).Union();
    fb::FinishSizePrefixedFrameBuffer(out, fb::CreateFrame(out, fb::Body_Refusal, frame));
    return std::vector<std::uint8_t>{out.GetBufferPointer(), out.GetBufferPointer() + out.GetSize()};
  };
  const auto is_verified = [](const std::vector<std::uint8_t>& frame) {
    Verifier defaults{frame.data(), frame.size()};
    return fb::VerifySizePrefixedFrameBuffer(defaults);
  };
  const auto ours = [](const std::vector<std::uint8_t>& frame) {
    return wire::decode({reinterpret_cast<const std::byte*>(frame.data()), frame.size()});
  };
  REQUIRE(ours(refusal_saying("plain")).has_value());
  for (const std::string& text : {std::string{"\xFF\xFE"}, std::string{"a\0b", 3}, std::string{"\xC0\x80"}}) {
    const auto frame = refusal_saying(text);
    CHECK(is_verified(frame));
    const auto refused = ours(frame);
    REQUIRE_FALSE(refused.has_value());
    CHECK(refused.error().code == Code::bad_frame);
    CHECK(refused.error().what.find("text is not UTF-8") != std::string::npos);
  }

  // Junk behind the root: a plain buffer has no end that the verifier knows.
  FlatBufferBuilder plain;
  fb::FinishFrameBuffer(plain, fb::CreateFrame(plain, fb::Body_Refusal, fb::CreateRefusal(plain, 1, 1).Union()));
  std::vector<std::uint8_t> longer{plain.GetBufferPointer(), plain.GetBufferPointer() + plain.GetSize()};
  longer.insert(longer.end(), 1'000, 0xAA);
  Verifier defaults{longer.data(), longer.size()};
  CHECK(fb::VerifyFrameBuffer(defaults));
  auto behind = refusal_saying("plain");
  behind.insert(behind.end(), 1'000, 0xAA);
  const auto refused = ours(behind);
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().what.find("length") != std::string::npos);
}

}  // namespace redress::pitfalls
