#include "protocol/wire/frames.h"

#include <filesystem>
#include <fstream>
#include <iterator>

#include "protocol/wire/frames_generated.h"
#include "tests/protocol/sample.h"

namespace redress::wire {
namespace {

Cursor cursor(unsigned n) { return {sample_stream, {Seq{n}, filled_with<Digest>(n)}, Seq{1}}; }

Hello hello() {
  Hello out;
  out.protocol_min = 1;
  out.protocol_max = 3;
  out.suite = SuiteId{1};
  out.network = filled_with<NetworkId>(0x4E);
  out.site = SiteId{7};
  out.journals = {{cursor(3), std::nullopt, {}},
                  {cursor(4), journal::Parent{Epoch{6}, {Seq{2}, filled_with<Digest>(9)}}, Bytes(186, std::byte{7})}};
  out.feeds = {out.journals.back()};
  out.received = {{feed_for(Epoch{5}, SiteId{7}), {Seq{8}, filled_with<Digest>(8)}, Seq{2}}};
  out.token = filled_with<LinkToken>(0x77);
  out.last_receipt = journal::encode(sign(stand_in_domain(), StandInSigner{}, sample_receipt()));
  out.window = 4096;
  out.clock = WallTime{-5};
  out.version = "1.2 网点";
  return out;
}

Welcome welcome() {
  return {1,
          SessionId{0xFFFFFFFFFFFFFFFF},
          {cursor(1), cursor(2)},
          filled_with<LinkToken>(1),
          {cursor(3)},
          250,
          65536,
          WallTime{1795305600123},
          "v",
          {{cursor(1), journal::Parent{Epoch{8}, {Seq{1}, filled_with<Digest>(3)}}, Bytes(186, std::byte{6})}}};
}

Batch batch() {
  Batch out;
  out.session = SessionId{9};
  out.stream = sample_stream;
  out.first = Seq{3};
  out.items = {{journal::encode(sample_header(true)), copy_of(view_of("body"))},
               {journal::encode(sample_header(false)), {}}};
  out.grants = {{counted_from<CaseId>(1), counted_from<KeyId>(2), 3, Bytes(60, std::byte{4})}};
  out.checkpoint = sign(stand_in_domain(), StandInSigner{}, sample_checkpoint());
  return out;
}

// One of each kind, in the union's order.
std::vector<std::pair<std::string, Frame>> one_of_each() {
  return {{"hello", hello()},
          {"welcome", welcome()},
          {"refusal", Refusal{SessionId{4}, Code::fork, "two entries at one place", 1000}},
          {"batch", batch()},
          {"receipted", Receipted{SessionId{4}, sign(stand_in_domain(), StandInSigner{}, sample_receipt()), 77}},
          {"hole", Hole{SessionId{4}, sample_stream, {Seq{5}, filled_with<Digest>(6)}}},
          {"beat", Beat{SessionId{4}, {cursor(1)}, {cursor(2), cursor(3)}, WallTime{12}}},
          {"enrol", Enrol{1, 1, SuiteId{1}, filled_with<NetworkId>(0x4E), SiteId{7}, filled_with<PublicKey>(1),
                          filled_with<PublicKey>(2), "v"}},
          {"enrolled", Enrolled{SiteId{7}, Bytes(300, std::byte{5})}},
          {"fork",
           Fork{sample_stream, {Seq{5}, filled_with<Digest>(6)}, Code::fork, "two lines", Bytes(186, std::byte{1})}},
          {"probe", Probe{sample_stream, Seq{5}, filled_with<Digest>(6)}},
          {"common", Common{sample_stream, {Seq{5}, filled_with<Digest>(6)}, Bytes(186, std::byte{1})}},
          {"want", Want{SessionId{4}, sample_stream, Seq{5}}},
          {"give", Give{SessionId{4}, sample_stream, Seq{5}, batch().items[0], batch().grants[0]}}};
}

void check_within_limits(const Frame& frame) {
  const auto* batch_frame = std::get_if<Batch>(&frame);
  const auto* hello_frame = std::get_if<Hello>(&frame);
  if (hello_frame != nullptr) {
    REQUIRE(hello_frame->journals.size() <= limits::hello_journals_max);
    REQUIRE(hello_frame->received.size() <= limits::hello_journals_max);
    REQUIRE(is_plain_utf8(hello_frame->version));
  }
  if (batch_frame == nullptr) return;
  REQUIRE_FALSE(batch_frame->items.empty());
  REQUIRE(batch_frame->items.size() <= limits::batch_entries_max);
  REQUIRE(batch_frame->grants.size() <= limits::grants_max);
  std::size_t bytes = 0;
  for (const Item& item : batch_frame->items) {
    REQUIRE(item.header.size() <= limits::header_bytes_future_max);
    REQUIRE(item.body.size() <= limits::entry_bytes_max);
    bytes += item.header.size() + item.body.size();
  }
  REQUIRE(bytes <= limits::frame_bytes_max);
}

// The frames as version 1 wrote them: without what version 2 appended.
std::vector<std::pair<std::string, Frame>> one_of_each_in_version_1() {
  auto all = one_of_each();
  std::erase_if(all, [](const auto& one) { return one.second.index() > 8; });
  auto& old_hello = std::get<Hello>(all[0].second);
  old_hello.feeds.clear();
  for (Held& own : old_hello.journals) own.proof.clear();
  std::get<Welcome>(all[1].second).streams.clear();
  return all;
}

// Those that version 2 writes otherwise, or wrote first.
std::vector<std::pair<std::string, Frame>> changed_in_version_2() {
  auto all = one_of_each();
  std::erase_if(all, [](const auto& one) {
    return (one.second.index() > 1 && one.second.index() <= 8) || one.second.index() > 11;
  });
  return all;
}

// Those that version 3 wrote first.
std::vector<std::pair<std::string, Frame>> first_in_version_3() {
  auto all = one_of_each();
  all.erase(all.begin(), all.begin() + 12);
  return all;
}

void check_kept(const std::vector<std::pair<std::string, Frame>>& frames, const std::string& suffix) {
  for (const auto& [name, frame] : frames) {
    std::ifstream file{std::filesystem::path{REDRESS_SOURCE_DIR} / "tests/golden" / (name + suffix)};
    std::string text{std::istreambuf_iterator<char>{file}, {}};
    text.erase(std::remove(text.begin(), text.end(), '\n'), text.end());
    const auto bytes = from_hex(text);
    INFO(name << " " << to_hex(encode(frame)));
    REQUIRE(bytes.has_value());
    const auto decoded = decode(*bytes);
    REQUIRE(decoded.has_value());
    CHECK(*decoded == frame);
  }
}

}  // namespace

TEST_CASE("Frames: each kind comes back as it went") {
  std::size_t index = 0;
  for (const auto& [name, frame] : one_of_each()) {
    INFO(name);
    CHECK(frame.index() == index++);
    const auto decoded = decode(encode(frame));
    REQUIRE(decoded.has_value());
    CHECK(*decoded == frame);
  }
  CHECK(index == std::variant_size_v<Frame>);
}

TEST_CASE("Frames: the bytes kept from earlier versions still say the same") {
  check_kept(one_of_each_in_version_1(), ".hex");
  check_kept(changed_in_version_2(), ".2.hex");
  check_kept(first_in_version_3(), ".3.hex");
}

TEST_CASE("Frames: cut at any length, or with anything behind, a frame is none") {
  for (const auto& [name, frame] : one_of_each()) {
    const Bytes whole = encode(frame);
    for (std::size_t size = 0; size < whole.size(); ++size) {
      INFO(name << " " << size);
      REQUIRE(code_of(decode(ByteView{whole}.first(size))) == Code::bad_frame);
    }
    Bytes longer = whole;
    longer.push_back(std::byte{0});
    CHECK(code_of(decode(longer)) == Code::bad_frame);
    // The length prefix in step with the appended byte does not make it a frame of this form either, or leaves it the
    // same.
    longer[0] = static_cast<std::byte>(std::to_integer<unsigned>(longer[0]) + 1);
    const auto padded = decode(longer);
    CHECK((!padded || *padded == frame));
  }
}

TEST_CASE("Frames: at any address a frame is read alike") {
  for (const auto& [name, frame] : one_of_each()) {
    const Bytes whole = encode(frame);
    for (std::size_t shift = 0; shift < 8; ++shift) {
      Bytes moved(shift, std::byte{0});
      moved.insert(moved.end(), whole.begin(), whole.end());
      const auto decoded = decode(ByteView{moved}.subspan(shift));
      REQUIRE(decoded.has_value());
      CHECK(*decoded == frame);
    }
  }
}

TEST_CASE("Frames: changed bytes give a reason or a frame within its limits, never harm") {
  sim::SeededRandom random{12};
  std::size_t taken = 0;
  for (const auto& [name, frame] : one_of_each()) {
    const Bytes whole = encode(frame);
    for (int round = 0; round < 3'000; ++round) {
      Bytes bytes = whole;
      for (std::int64_t flips = 1 + random.below(4); flips > 0; --flips) {
        const auto at = static_cast<std::size_t>(random.below(static_cast<std::int64_t>(bytes.size())));
        bytes[at] = static_cast<std::byte>(random.below(256));
      }
      const auto decoded = decode(bytes);
      if (!decoded) continue;
      ++taken;
      check_within_limits(*decoded);
    }
  }
  CHECK(taken > 0);
}

TEST_CASE("Frames: over a frame's size is too_large, before anything is read") {
  CHECK(code_of(decode(Bytes(limits::frame_bytes_max + 1))) == Code::too_large);
  CHECK(code_of(decode(Bytes(limits::frame_bytes_max))) == Code::bad_frame);
}

TEST_CASE("Frames: counts and parts over their limits are refused") {
  Batch crowded = batch();
  crowded.items.assign(limits::batch_entries_max + 1, {journal::encode(sample_header(false)), {}});
  CHECK(code_of(decode(encode(crowded))) == Code::bad_frame);
  crowded.items.resize(limits::batch_entries_max);
  CHECK(decode(encode(crowded)).has_value());
  crowded.grants.assign(limits::grants_max + 1, {});
  CHECK(code_of(decode(encode(crowded))) == Code::bad_frame);
  Batch fat = batch();
  fat.items[0].body.resize(limits::entry_bytes_max + 1);
  CHECK(code_of(decode(encode(fat))) == Code::bad_frame);
  Batch empty = batch();
  empty.items.clear();
  CHECK(code_of(decode(encode(empty))) == Code::bad_frame);
  Batch from_nothing = batch();
  from_nothing.first = Seq{};
  CHECK(code_of(decode(encode(from_nothing))) == Code::bad_frame);
  Hello long_hello = hello();
  long_hello.journals.assign(limits::hello_journals_max + 1, {cursor(1), std::nullopt, {}});
  CHECK(code_of(decode(encode(long_hello))) == Code::bad_frame);
  long_hello = hello();
  long_hello.feeds.assign(limits::hello_journals_max + 1, {cursor(1), std::nullopt, {}});
  CHECK(code_of(decode(encode(long_hello))) == Code::bad_frame);
  CHECK(code_of(decode(encode(Common{sample_stream, {}, Bytes(257, std::byte{1})}))) == Code::bad_frame);
  const auto asked = decode(encode(Probe{sample_stream, Seq{5}, std::nullopt}));
  REQUIRE(asked.has_value());
  CHECK(std::get<Probe>(*asked) == Probe{sample_stream, Seq{5}, std::nullopt});
  const auto empty_handed = decode(encode(Give{SessionId{4}, sample_stream, Seq{5}, std::nullopt, std::nullopt}));
  REQUIRE(empty_handed.has_value());
  CHECK_FALSE(std::get<Give>(*empty_handed).item.has_value());
  CHECK(code_of(decode(encode(Want{SessionId{4}, sample_stream, Seq{}}))) == Code::bad_frame);
  CHECK(code_of(decode(encode(Give{SessionId{4}, sample_stream, Seq{5}, fat.items[0], std::nullopt}))) ==
        Code::bad_frame);
  Hello wordy = hello();
  wordy.version.assign(513, 'v');
  CHECK(code_of(decode(encode(wordy))) == Code::bad_frame);
  CHECK(code_of(decode(encode(Refusal{SessionId{1}, Code::io, "\xFF\xFE", 0}))) == Code::bad_frame);
}

TEST_CASE("Frames: many places that name the same bytes are refused by what they would unfold to") {
  flatbuffers::FlatBufferBuilder out{1024};
  const std::vector<std::uint8_t> body(40'000, 7);
  const auto shared = out.CreateVector(body);
  const auto item = fb::CreateItem(out, shared, shared);
  const std::vector<flatbuffers::Offset<fb::Item>> items(limits::batch_entries_max, item);
  const std::vector<std::uint8_t> checkpoint(300, 1);
  const fb::Stream stream{7, 0, 9};
  const auto frame = fb::CreateBatch(out, 1, &stream, 1, out.CreateVector(items), 0, out.CreateVector(checkpoint));
  fb::FinishSizePrefixedFrameBuffer(out, fb::CreateFrame(out, fb::Body_Batch, frame.Union()));
  const auto* data = reinterpret_cast<const std::byte*>(out.GetBufferPointer());
  REQUIRE(out.GetSize() < 50'000);
  CHECK(code_of(decode({data, out.GetSize()})) == Code::bad_frame);
}

TEST_CASE("Frames: a list of more tables than the verifier may visit is refused") {
  flatbuffers::FlatBufferBuilder out{1024};
  const auto item = fb::CreateItem(out, 0, 0);
  const std::vector<flatbuffers::Offset<fb::Item>> items(100'000, item);
  const fb::Stream stream{7, 0, 9};
  const auto frame = fb::CreateBatch(out, 1, &stream, 1, out.CreateVector(items));
  fb::FinishSizePrefixedFrameBuffer(out, fb::CreateFrame(out, fb::Body_Batch, frame.Union()));
  const auto* data = reinterpret_cast<const std::byte*>(out.GetBufferPointer());
  const auto refused = decode({data, out.GetSize()});
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().what.find("not a frame") != std::string::npos);
}

TEST_CASE("Frames: a frame of a kind from a later version is refused in words") {
  flatbuffers::FlatBufferBuilder out{1024};
  const auto beat = fb::CreateBeat(out, 4).Union();
  fb::FinishSizePrefixedFrameBuffer(out, fb::CreateFrame(out, static_cast<fb::Body>(200), beat));
  const auto* data = reinterpret_cast<const std::byte*>(out.GetBufferPointer());
  CHECK(code_of(decode({data, out.GetSize()})) == Code::bad_frame);
}

}  // namespace redress::wire
