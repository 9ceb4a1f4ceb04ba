#include <cstring>
#include <memory>

#include "protocol/base/limits.h"
#include "protocol/wire/frames.h"
#include "protocol/wire/frames_generated.h"

namespace redress::wire {
namespace {

// Every number here bounds the verifier's work: a kilobyte of shared subtrees can cost milliseconds at its defaults.
constexpr flatbuffers::uoffset_t depth_max = 6;
constexpr flatbuffers::uoffset_t tables_max = 2000;
static_assert(tables_max >= limits::batch_entries_max + limits::grants_max + 8);
static_assert(tables_max >= 5 * limits::hello_journals_max + 8);
constexpr std::size_t text_max = 512;
constexpr std::size_t proof_max = 256;
constexpr std::size_t cursors_max = limits::hello_journals_max;

template <typename Fixed, typename From>
Fixed fixed_of(const From& from) {
  Fixed out;
  for (unsigned i = 0; i < Fixed::size; ++i) out.bytes[i] = static_cast<std::byte>(from.b()->Get(i));
  return out;
}

StreamName stream_of(const fb::Stream& stream) {
  return {SiteId{stream.owner()}, Epoch{stream.epoch()}, SiteId{stream.reader()}};
}
journal::Mark mark_of(const fb::Mark& mark) { return {Seq{mark.seq()}, fixed_of<Digest>(mark.digest())}; }

// Copies out of the verified buffer under a budget: a verified megabyte can name the same bytes 20,000 times.
class Copier {
 public:
  explicit Copier(std::size_t budget) : left_{budget} {}

  Bytes bytes(const flatbuffers::Vector<std::uint8_t>* from, std::size_t bytes_max) {
    if (from == nullptr) return {};
    if (!take(from->size(), bytes_max)) return {};
    const auto* data = reinterpret_cast<const std::byte*>(from->data());
    return {data, data + from->size()};
  }
  std::string text(const flatbuffers::String* from) {
    if (from == nullptr || !take(from->size(), text_max)) return {};
    std::string out = from->str();
    if (!is_plain_utf8(out)) refuse("text is not UTF-8");
    return out;
  }
  template <typename T>
  const T* need(const T* part, const char* name) {
    if (part == nullptr) refuse(name);
    return part;
  }
  template <typename List>
  std::size_t count(const List* list, std::size_t count_max, const char* name) {
    if (list == nullptr) return 0;
    if (list->size() > count_max) {
      refuse(name);
      return 0;
    }
    return list->size();
  }
  void refuse(const char* why) {
    if (why_ == nullptr) why_ = why;
  }
  [[nodiscard]] const char* why() const { return why_; }

 private:
  bool take(std::size_t size, std::size_t size_max) {
    if (size > size_max || size > left_) {
      refuse("a part is over its limit");
      return false;
    }
    left_ -= size;
    return true;
  }
  std::size_t left_;
  const char* why_ = nullptr;
};

Cursor cursor_of(Copier& in, const fb::Cursor* from) {
  if (in.need(from, "cursor") == nullptr || in.need(from->stream(), "cursor.stream") == nullptr ||
      in.need(from->mark(), "cursor.mark") == nullptr) {
    return {};
  }
  return {stream_of(*from->stream()), mark_of(*from->mark()), Seq{from->kept_from()}};
}

std::vector<Cursor> cursors_of(Copier& in, const flatbuffers::Vector<flatbuffers::Offset<fb::Cursor>>* list) {
  std::vector<Cursor> out;
  const std::size_t count = in.count(list, cursors_max, "too many cursors");
  for (unsigned i = 0; i < count; ++i) out.push_back(cursor_of(in, list->Get(i)));
  return out;
}

Held held_of(Copier& in, const fb::Journal* from) {
  if (in.need(from, "journal") == nullptr) return {};
  Held held{cursor_of(in, from->cursor()), std::nullopt, in.bytes(from->proof(), proof_max)};
  if (from->parent() != nullptr && from->parent()->seq() != 0) {
    held.parent = journal::Parent{Epoch{from->parent_epoch()}, mark_of(*from->parent())};
  }
  return held;
}

std::vector<Held> held_of(Copier& in, const flatbuffers::Vector<flatbuffers::Offset<fb::Journal>>* list) {
  std::vector<Held> out;
  const std::size_t count = in.count(list, limits::hello_journals_max, "too many journals");
  for (unsigned i = 0; i < count; ++i) out.push_back(held_of(in, list->Get(i)));
  return out;
}

Frame read(Copier& in, const fb::Hello& from) {
  Hello out;
  out.protocol_min = from.protocol_min();
  out.protocol_max = from.protocol_max();
  out.suite = SuiteId{from.suite()};
  out.site = SiteId{from.site()};
  if (in.need(from.network(), "hello.network") != nullptr) out.network = fixed_of<NetworkId>(*from.network());
  out.journals = held_of(in, from.journals());
  out.feeds = held_of(in, from.feeds());
  out.received = cursors_of(in, from.received());
  if (from.token() != nullptr) out.token = fixed_of<LinkToken>(*from.token());
  out.last_receipt = in.bytes(from.last_receipt(), text_max);
  out.window = from.window();
  out.clock = WallTime{from.clock()};
  out.version = in.text(from.version());
  return out;
}

Frame read(Copier& in, const fb::Welcome& from) {
  Welcome out;
  out.protocol = from.protocol();
  out.session = SessionId{from.session()};
  out.cursors = cursors_of(in, from.cursors());
  if (from.token() != nullptr) out.token = fixed_of<LinkToken>(*from.token());
  out.backed_up_to = cursors_of(in, from.backed_up_to());
  out.retry_after_ms = from.retry_after_ms();
  out.window = from.window();
  out.server_time = WallTime{from.server_time()};
  out.version = in.text(from.version());
  out.streams = held_of(in, from.streams());
  return out;
}

Frame read(Copier& in, const fb::Refusal& from) {
  return Refusal{SessionId{from.session()}, static_cast<Code>(from.code()), in.text(from.what()),
                 from.retry_after_ms()};
}

Item item_of(Copier& in, const fb::Item* from) {
  if (in.need(from, "item") == nullptr) return {};
  return {in.bytes(from->header(), limits::header_bytes_future_max), in.bytes(from->body(), limits::entry_bytes_max)};
}

Grant grant_of(Copier& in, const fb::Grant* from) {
  if (in.need(from, "grant") == nullptr || in.need(from->case_id(), "grant.case_id") == nullptr ||
      in.need(from->key(), "grant.key") == nullptr) {
    return {};
  }
  return {fixed_of<CaseId>(*from->case_id()), fixed_of<KeyId>(*from->key()), from->generation(),
          in.bytes(from->wrapped(), 128)};
}

Frame read(Copier& in, const fb::Batch& from) {
  Batch out;
  out.session = SessionId{from.session()};
  if (in.need(from.stream(), "batch.stream") != nullptr) out.stream = stream_of(*from.stream());
  out.first = Seq{from.first()};
  const std::size_t items = in.count(from.items(), limits::batch_entries_max, "too many items");
  for (unsigned i = 0; i < items; ++i) out.items.push_back(item_of(in, from.items()->Get(i)));
  const std::size_t grants = in.count(from.grants(), limits::grants_max, "too many grants");
  for (unsigned i = 0; i < grants; ++i) out.grants.push_back(grant_of(in, from.grants()->Get(i)));
  auto checkpoint = journal::decode_checkpoint(in.bytes(from.checkpoint(), text_max));
  if (!checkpoint) {
    in.refuse("batch.checkpoint");
  } else {
    out.checkpoint = *checkpoint;
  }
  if (items == 0 || out.first == Seq{}) in.refuse("batch without entries");
  return out;
}

Frame read(Copier& in, const fb::Receipt& from) {
  Receipted out;
  out.session = SessionId{from.session()};
  out.window = from.window();
  auto receipt = journal::decode_receipt(in.bytes(from.receipt(), text_max));
  if (!receipt) {
    in.refuse("receipt");
  } else {
    out.receipt = *receipt;
  }
  return out;
}

Frame read(Copier& in, const fb::Hole& from) {
  Hole out;
  out.session = SessionId{from.session()};
  if (in.need(from.stream(), "hole.stream") != nullptr) out.stream = stream_of(*from.stream());
  if (in.need(from.have(), "hole.have") != nullptr) out.have = mark_of(*from.have());
  return out;
}

Frame read(Copier& in, const fb::Beat& from) {
  return Beat{SessionId{from.session()}, cursors_of(in, from.heads()), cursors_of(in, from.received()),
              WallTime{from.clock()}};
}

Frame read(Copier& in, const fb::Enrol& from) {
  Enrol out;
  out.protocol_min = from.protocol_min();
  out.protocol_max = from.protocol_max();
  out.suite = SuiteId{from.suite()};
  out.site = SiteId{from.site()};
  if (in.need(from.network(), "enrol.network") != nullptr) out.network = fixed_of<NetworkId>(*from.network());
  if (in.need(from.transport(), "enrol.transport") != nullptr) out.transport = fixed_of<PublicKey>(*from.transport());
  if (in.need(from.signing(), "enrol.signing") != nullptr) out.signing = fixed_of<PublicKey>(*from.signing());
  out.version = in.text(from.version());
  return out;
}

Frame read(Copier& in, const fb::Enrolled& from) {
  return Enrolled{SiteId{from.site()}, in.bytes(from.sealed(), 2048)};
}

Frame read(Copier& in, const fb::Fork& from) {
  Fork out;
  if (in.need(from.stream(), "fork.stream") != nullptr) out.stream = stream_of(*from.stream());
  if (in.need(from.have(), "fork.have") != nullptr) out.have = mark_of(*from.have());
  out.code = static_cast<Code>(from.code());
  out.what = in.text(from.what());
  out.proof = in.bytes(from.proof(), proof_max);
  return out;
}

Frame read(Copier& in, const fb::Probe& from) {
  Probe out;
  if (in.need(from.stream(), "probe.stream") != nullptr) out.stream = stream_of(*from.stream());
  out.seq = Seq{from.seq()};
  if (from.digest() != nullptr) out.digest = fixed_of<Digest>(*from.digest());
  return out;
}

Frame read(Copier& in, const fb::Common& from) {
  Common out;
  if (in.need(from.stream(), "common.stream") != nullptr) out.stream = stream_of(*from.stream());
  if (in.need(from.mark(), "common.mark") != nullptr) out.mark = mark_of(*from.mark());
  out.proof = in.bytes(from.proof(), proof_max);
  return out;
}

Frame read(Copier& in, const fb::Want& from) {
  Want out;
  out.session = SessionId{from.session()};
  if (in.need(from.stream(), "want.stream") != nullptr) out.stream = stream_of(*from.stream());
  out.seq = Seq{from.seq()};
  if (out.seq == Seq{}) in.refuse("want without a place");
  return out;
}

Frame read(Copier& in, const fb::Give& from) {
  Give out;
  out.session = SessionId{from.session()};
  if (in.need(from.stream(), "give.stream") != nullptr) out.stream = stream_of(*from.stream());
  out.seq = Seq{from.seq()};
  if (from.item() != nullptr) out.item = item_of(in, from.item());
  if (from.grant() != nullptr) out.grant = grant_of(in, from.grant());
  return out;
}

Frame read_body(Copier& in, const fb::Frame& frame) {
  switch (frame.body_type()) {
    case fb::Body_Hello:
      return read(in, *frame.body_as_Hello());
    case fb::Body_Welcome:
      return read(in, *frame.body_as_Welcome());
    case fb::Body_Refusal:
      return read(in, *frame.body_as_Refusal());
    case fb::Body_Batch:
      return read(in, *frame.body_as_Batch());
    case fb::Body_Receipt:
      return read(in, *frame.body_as_Receipt());
    case fb::Body_Hole:
      return read(in, *frame.body_as_Hole());
    case fb::Body_Beat:
      return read(in, *frame.body_as_Beat());
    case fb::Body_Enrol:
      return read(in, *frame.body_as_Enrol());
    case fb::Body_Enrolled:
      return read(in, *frame.body_as_Enrolled());
    case fb::Body_Fork:
      return read(in, *frame.body_as_Fork());
    case fb::Body_Probe:
      return read(in, *frame.body_as_Probe());
    case fb::Body_Common:
      return read(in, *frame.body_as_Common());
    case fb::Body_Want:
      return read(in, *frame.body_as_Want());
    case fb::Body_Give:
      return read(in, *frame.body_as_Give());
    case fb::Body_NONE:
      break;
  }
  in.refuse("a frame of a kind unknown here");
  return Beat{};
}

Unexpected<Error> bad(const char* why, std::size_t size) {
  return fail(Code::bad_frame, std::string{"decode frame: "} + why + ": size=" + std::to_string(size));
}

}  // namespace

Result<Frame> decode(ByteView bytes) {
  if (bytes.size() > limits::frame_bytes_max) {
    return fail(Code::too_large, "decode frame: size=" + std::to_string(bytes.size()));
  }
  if (bytes.size() < 16) return bad("truncated", bytes.size());
  // Messages arrive at any address; the verifier guards offsets, not alignment.
  const auto aligned = std::make_unique<std::uint64_t[]>((bytes.size() + 7) / 8);
  std::memcpy(aligned.get(), bytes.data(), bytes.size());
  const auto* data = reinterpret_cast<const std::uint8_t*>(aligned.get());
  if (flatbuffers::ReadScalar<std::uint32_t>(data) != bytes.size() - 4) return bad("length", bytes.size());
  flatbuffers::Verifier verifier{data, bytes.size(), depth_max, tables_max, /*_check_alignment=*/true};
  if (!fb::VerifySizePrefixedFrameBuffer(verifier)) return bad("not a frame", bytes.size());
  const fb::Frame* root = fb::GetSizePrefixedFrame(data);
  if (root->body() == nullptr) return bad("no body", bytes.size());
  Copier copier{limits::frame_bytes_max};
  Frame frame = read_body(copier, *root);
  if (copier.why() != nullptr) return bad(copier.why(), bytes.size());
  return frame;
}

}  // namespace redress::wire
