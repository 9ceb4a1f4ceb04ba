#include "store/search_signs.h"

#include <algorithm>
#include <bit>

#include "crypto/derive.h"
#include "crypto/seal.h"
#include "protocol/base/limits.h"

namespace redress::store {
namespace {

// Pairs with a wide character are rare enough to be looked for alone; three narrow ones come with neighbours.
constexpr std::uint8_t wide_bits = 6;
constexpr std::uint8_t narrow_bits = 3;
constexpr std::size_t probe_bits_max = 24;
constexpr std::uint16_t spans_row = sign_bits;
constexpr std::size_t span_bytes = 9;
constexpr std::size_t entry_slots_max = 64;
constexpr char32_t ascii_end = 0x80;

// A text of 47 KiB has 16,000 wide characters; each slot takes 380 of them at least.
static_assert(limits::plain_bytes_max / 3 / (slot_bits_enough / wide_bits) < entry_slots_max);
static_assert(sign_bits <= 0x1'0000 && std::has_single_bit(sign_bits));

Bytes key_of(std::uint32_t number, std::uint16_t row) {
  Writer out;
  out.u32(number);
  out.u16(row);
  return out.take();
}

Bytes row_data(const NetworkId& network, ByteView key) {
  Writer out;
  out.raw(view_of("redress/signs/1"));
  out.fixed(network);
  out.raw(key);
  return out.take();
}

void put_covered(const SlotSpan& span, std::set<Position>& out) {
  for (Position at = span.first; at <= span.last; at = at.next()) out.insert(at);
}

// Keeps in `out` what each of the sets has.
void keep_common(std::vector<std::set<Position>>& sets, std::set<Position>& out) {
  if (sets.empty()) return;
  for (const Position at : sets.front()) {
    const bool in_all = std::all_of(sets.begin() + 1, sets.end(), [at](const auto& one) { return one.contains(at); });
    if (in_all) out.insert(at);
  }
}

}  // namespace

SignMaker::SignMaker(const crypto::Key32& views_key) : scatter_{crypto::derive(views_key, "redress/signs/1")} {}

template <std::size_t size>
void SignMaker::add_gram(const Folded& text, std::size_t from, std::uint8_t count) {
  crypto::Scatter::Block& block = blocks_.emplace_back();
  for (std::size_t i = 0; i < size; ++i) {
    for (std::size_t k = 0; k < 4; ++k) block[4 * i + k] = static_cast<std::byte>(text[from + i] >> (8 * k));
  }
  block.back() = std::byte{size};
  counts_.push_back(count);
}

void SignMaker::make(const Folded& text) {
  blocks_.clear();
  counts_.clear();
  ends_.resize(text.size());
  std::size_t total = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool wide = i >= 1 && (text[i] >= ascii_end || text[i - 1] >= ascii_end);
    if (wide) {
      add_gram<2>(text, i - 1, wide_bits);
      total += wide_bits;
    } else if (i >= 2 && text[i - 2] < ascii_end) {
      add_gram<3>(text, i - 2, narrow_bits);
      total += narrow_bits;
    }
    ends_[i] = total;
  }
  scatter_.mix(blocks_);
  bits_.resize(total);
  auto out = bits_.begin();
  for (std::size_t gram = 0; gram < blocks_.size(); ++gram) {
    const crypto::Scatter::Block& block = blocks_[gram];
    for (std::size_t k = 0; k < counts_[gram]; ++k) {
      const unsigned high = std::to_integer<unsigned>(block[2 * k]);
      *out++ = static_cast<std::uint16_t>((high << 8 | std::to_integer<unsigned>(block[2 * k + 1])) & (sign_bits - 1));
    }
  }
}

Probe SignMaker::probe_of(const Folded& term) {
  make(term.substr(0, term_window));
  Probe bits = bits_;
  std::sort(bits.begin(), bits.end());
  bits.erase(std::unique(bits.begin(), bits.end()), bits.end());
  if (bits.size() > probe_bits_max) bits.resize(probe_bits_max);
  return bits;
}

void SignBlock::open_slot() {
  if (slots_.size() == sign_slots) return;  // an entry cannot need so many; the last one takes it all
  slots_.emplace_back();
  slots_.back().span = {next_, next_};
}

void SignBlock::add_text(const Folded& text, SignMaker& maker) {
  maker.make(text);
  const std::vector<std::uint16_t>& bits = maker.bits_;
  const std::vector<std::size_t>& ends = maker.ends_;
  std::size_t from = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (slots_.back().set >= slot_bits_enough && i > 0) {
      open_slot();
      // Whatever begins in the slot before and ends in this one stands here whole.
      const std::size_t back = i >= term_window ? i - term_window + 1 : 0;
      from = back == 0 ? 0 : ends[back];
    }
    Slot& slot = slots_.back();
    for (; from < ends[i]; ++from) {
      std::uint64_t& word = slot.bits[bits[from] / 64];
      const std::uint64_t bit = std::uint64_t{1} << (bits[from] % 64);
      slot.set += (word & bit) == 0 ? 1U : 0U;
      word |= bit;
    }
  }
}

void SignBlock::add(const casework::Event* event, SignMaker& maker) {
  const bool fresh = slots_.empty() || slots_.back().set >= slot_bits_enough ||
                     slots_.back().span.last.value() - slots_.back().span.first.value() + 1 >= slot_entries_max;
  if (fresh) open_slot();
  slots_.back().span.last = next_;
  if (event != nullptr) {
    for (const auto& [name, value] : event->fields) add_text(fold_text(value), maker);
  }
  next_ = next_.next();
}

bool SignBlock::is_full() const noexcept { return slots_.size() + entry_slots_max > sign_slots; }

void SignBlock::candidates(const std::vector<Probe>& probes, std::set<Position>& out) const {
  std::vector<std::set<Position>> found(probes.size());
  for (const Slot& slot : slots_) {
    for (std::size_t i = 0; i < probes.size(); ++i) {
      const bool has = std::all_of(probes[i].begin(), probes[i].end(),
                                   [&](std::uint16_t bit) { return (slot.bits[bit / 64] >> (bit % 64) & 1U) != 0; });
      if (has) put_covered(slot.span, found[i]);
    }
  }
  keep_common(found, out);
}

SignBlock::Mark SignBlock::mark() const {
  Mark mark{next_, slots_.size(), {}};
  if (!slots_.empty()) mark.last.push_back(slots_.back());
  return mark;
}

void SignBlock::rewind(const Mark& mark) {
  next_ = mark.next;
  slots_.resize(mark.slots);
  if (!slots_.empty()) slots_.back() = mark.last.front();
}

std::vector<SignBlock::Slice> SignBlock::slices(std::size_t word) const {
  std::vector<Slice> out(64);
  for (std::size_t slot = 0; slot < slots_.size(); ++slot) {
    const std::byte mask{static_cast<unsigned char>(1U << (slot % 8))};
    for (std::uint64_t left = slots_[slot].bits[word]; left != 0; left &= left - 1)
      out[static_cast<std::size_t>(std::countr_zero(left))][slot / 8] |= mask;
  }
  return out;
}

std::vector<SlotSpan> SignBlock::spans() const {
  std::vector<SlotSpan> out;
  for (const Slot& slot : slots_) out.push_back(slot.span);
  return out;
}

Position last_of(const std::vector<SlotSpan>& spans) { return spans.empty() ? Position{} : spans.back().last; }

void SignPages::put_row(Writing& views, ByteView key, ByteView plain, Random& random) const {
  // A writing that was cut off left the first rows of its block.
  const Order order = views.get(Table::signs, key) ? Order::any : Order::last;
  views.put(Table::signs, key, crypto::seal_bytes(key_, row_data(network_, key), plain, random), order);
}

void SignPages::put_slices(Writing& views, std::uint32_t number, const SignBlock& block, std::size_t word,
                           std::size_t words, Random& random) const {
  for (const std::size_t end = word + words; word < end; ++word) {
    const std::vector<SignBlock::Slice> slices = block.slices(word);
    for (std::size_t i = 0; i < slices.size(); ++i)
      put_row(views, key_of(number, static_cast<std::uint16_t>(64 * word + i)), slices[i], random);
  }
}

void SignPages::put_spans(Writing& views, std::uint32_t number, const SignBlock& block, Random& random) const {
  Writer out;
  for (const SlotSpan& span : block.spans()) {
    out.u64(span.first.value());
    out.u8(static_cast<std::uint8_t>(span.last.value() - span.first.value() + 1));
  }
  put_row(views, key_of(number, spans_row), out.bytes(), random);
}

Result<std::optional<std::vector<SlotSpan>>> SignPages::spans(const Reading& views, std::uint32_t number) const {
  const Bytes key = key_of(number, spans_row);
  const auto row = views.get(Table::signs, key);
  if (!row) return std::optional<std::vector<SlotSpan>>{};
  const auto plain = crypto::open_bytes(key_, row_data(network_, key), *row);
  if (!plain) return fail(Code::damaged, "signatures of block=" + std::to_string(number));
  std::vector<SlotSpan> out;
  out.reserve(plain->size() / span_bytes);
  Reader in{*plain};
  while (!in.failed() && !in.complete()) {
    const Position first{in.u64()};
    out.push_back({first, Position{first.value() + in.u8() - 1}});
  }
  if (in.failed() || out.size() > sign_slots)
    return fail(Code::damaged, "signatures of block=" + std::to_string(number));
  return std::optional{std::move(out)};
}

Result<SignBlock::Slice> SignPages::slice(const Reading& views, std::uint32_t number, std::uint16_t bit) const {
  const Bytes key = key_of(number, bit);
  const auto row = views.get(Table::signs, key);
  const auto plain =
      row ? crypto::open_bytes(key_, row_data(network_, key), *row) : Result<Bytes>{fail(Code::damaged, "")};
  SignBlock::Slice out{};
  if (!plain || plain->size() != out.size())
    return fail(Code::damaged, "signatures of block=" + std::to_string(number) + " bit=" + std::to_string(bit));
  std::copy(plain->begin(), plain->end(), out.begin());
  return out;
}

Result<std::optional<SignPages::Hits>> SignPages::hits(const Reading& views, std::uint32_t number,
                                                       const std::vector<Probe>& probes) const {
  Hits left(probes.size());
  for (SignBlock::Slice& one : left) one.fill(std::byte{0xFF});
  // By turns, so that the rarest word ends it, whichever that is.
  for (std::size_t turn = 0; turn < probe_bits_max; ++turn) {
    for (std::size_t i = 0; i < probes.size(); ++i) {
      if (turn >= probes[i].size()) continue;
      const auto one = slice(views, number, probes[i][turn]);
      if (!one) return fail(one.error());
      std::byte any{};
      for (std::size_t k = 0; k < one->size(); ++k) any |= left[i][k] &= (*one)[k];
      if (any == std::byte{}) return std::optional<Hits>{};
    }
  }
  return std::optional{std::move(left)};
}

std::set<Position> candidates_in(const std::vector<SlotSpan>& spans, const SignPages::Hits& hits) {
  std::vector<std::set<Position>> found(hits.size());
  for (std::size_t i = 0; i < hits.size(); ++i) {
    for (std::size_t slot = 0; slot < spans.size(); ++slot) {
      if ((hits[i][slot / 8] >> (slot % 8) & std::byte{1}) != std::byte{}) put_covered(spans[slot], found[i]);
    }
  }
  std::set<Position> out;
  keep_common(found, out);
  return out;
}

std::uint32_t SignPages::count(const Reading& views) const {
  const auto last = views.last_below(Table::signs, Bytes(8, std::byte{0xFF}));
  if (!last) return 0;
  std::uint32_t number = Reader{last->first}.u32() + 1;
  while (number > 0 && !views.get(Table::signs, key_of(number - 1, spans_row))) --number;
  return number;
}

void SignTail::close() {
  if (generation_ % 2 == 0) ++generation_;
}

void SignTail::ready() {
  if (generation_ % 2 != 0) ++generation_;
}

void SignTail::begin(Position first) {
  close();
  const std::lock_guard lock{mutex_};
  open_ = SignBlock{first};
  full_.clear();
  mark_ = open_.mark();
}

void SignTail::add(Position at, const casework::Event* event) {
  const std::lock_guard lock{mutex_};
  REDRESS_ASSERT(at == open_.next());
  open_.add(event, maker_);
  if (!open_.is_full()) return;
  const Position next = open_.next();
  full_.push_back(std::move(open_));
  open_ = SignBlock{next};
}

void SignTail::committed() {
  const std::lock_guard lock{mutex_};
  full_.clear();
  mark_ = open_.mark();
}

void SignTail::rewind() {
  const std::lock_guard lock{mutex_};
  if (!full_.empty()) open_ = std::move(full_.front());
  full_.clear();
  if (mark_) open_.rewind(*mark_);
}

Position SignTail::candidates(const std::vector<Probe>& probes, std::set<Position>& out) const {
  const std::lock_guard lock{mutex_};
  for (const SignBlock& block : full_) block.candidates(probes, out);
  open_.candidates(probes, out);
  return full_.empty() ? open_.first() : full_.front().first();
}

}  // namespace redress::store
