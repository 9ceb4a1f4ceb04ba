// The text signatures of head office's entries (D26): keyed bits, in slots of about one entry's text, bit-sliced in
// blocks; each page sealed. What they name are candidates, to be opened and compared.
//
// A slot takes the text of consecutive entries until it holds enough, and a long text goes on in the next, with so much
// of its end that any `term_window` characters stand whole in one. A block is a pure function of the entries that it
// covers. The newest one stays in memory until it is full. Layouts in store/README.md.
#pragma once

#include <array>
#include <atomic>
#include <deque>
#include <mutex>
#include <set>

#include "crypto/scatter.h"
#include "protocol/base/random.h"
#include "protocol/casework/event.h"
#include "store/search_text.h"
#include "store/truth.h"

namespace redress::store {

inline constexpr std::size_t sign_bits = 8192;
inline constexpr std::size_t sign_words = sign_bits / 64;
inline constexpr std::size_t sign_slots = 4096;        // of a block
inline constexpr std::size_t slot_bits_enough = 2300;  // of sign_bits: one candidate in two thousand is none
inline constexpr std::size_t slot_entries_max = 16;
inline constexpr std::size_t term_window = 16;

// Which bits must all be set where a term stands.
using Probe = std::vector<std::uint16_t>;

// Makes bits of text. A resource of one thread.
class SignMaker {
 public:
  explicit SignMaker(const crypto::Key32& views_key);
  // Of the term's first `term_window` characters. Requires: is_indexable(term).
  [[nodiscard]] Probe probe_of(const Folded& term);

 private:
  friend class SignBlock;
  // The bits of the gram that ends at each character of a text: into bits_; ends_[i] is where those of character i end.
  void make(const Folded& text);
  template <std::size_t size>
  void add_gram(const Folded& text, std::size_t from, std::uint8_t count);

  crypto::Scatter scatter_;
  std::vector<std::uint16_t> bits_;
  std::vector<std::size_t> ends_;
  std::vector<crypto::Scatter::Block> blocks_;
  std::vector<std::uint8_t> counts_;
};

// What is known of a block without its bits: which entries each slot covers.
struct SlotSpan {
  Position first;
  Position last;  // below first: no entry
  friend bool operator==(const SlotSpan&, const SlotSpan&) = default;
};

// A block that is being made. A value.
class SignBlock {
 public:
  explicit SignBlock(Position first) : first_{first}, next_{first} {}

  // The next entry; nothing: it cannot be read here, or is shown to nobody.
  void add(const casework::Event* event, SignMaker& maker);
  // No further entry is to be added.
  [[nodiscard]] bool is_full() const noexcept;
  [[nodiscard]] Position first() const noexcept { return first_; }
  [[nodiscard]] Position next() const noexcept { return next_; }  // the entry to be added
  // Adds the places of entries, each of whose probes is in one of its slots.
  void candidates(const std::vector<Probe>& probes, std::set<Position>& out) const;

  // To take back what was added after a mark.
  struct Mark;
  [[nodiscard]] Mark mark() const;
  void rewind(const Mark& mark);

  using Slice = std::array<std::byte, sign_slots / 8>;  // of one bit: slot 0 is the first byte's lowest
  // Of the 64 bits from 64 * word on: all of them together are as large as the block.
  [[nodiscard]] std::vector<Slice> slices(std::size_t word) const;
  [[nodiscard]] std::vector<SlotSpan> spans() const;

 private:
  struct Slot {
    SlotSpan span;
    std::size_t set = 0;
    std::array<std::uint64_t, sign_bits / 64> bits{};
  };
  void open_slot();
  void add_text(const Folded& text, SignMaker& maker);

  Position first_;
  Position next_;
  std::deque<Slot> slots_;  // no array of megabytes, which would grow by copies that the heap keeps
};
struct SignBlock::Mark {
  Position next;
  std::size_t slots = 0;
  std::vector<Slot> last;  // at most one
};

// The blocks that are kept, from the first entry on, without holes.
class SignPages {
 public:
  SignPages(const crypto::Key32& views_key, const NetworkId& network) : key_{views_key}, network_{network} {}

  // The slices of `words` words from `word` on. A block of which put_spans() was not called is none yet.
  void put_slices(Writing& views, std::uint32_t number, const SignBlock& block, std::size_t word, std::size_t words,
                  Random& random) const;
  void put_spans(Writing& views, std::uint32_t number, const SignBlock& block, Random& random) const;
  // Nothing: there is no such block. Fails with damaged.
  [[nodiscard]] Result<std::optional<std::vector<SlotSpan>>> spans(const Reading& views, std::uint32_t number) const;
  [[nodiscard]] Result<SignBlock::Slice> slice(const Reading& views, std::uint32_t number, std::uint16_t bit) const;
  // In which slots of a block that is kept each of the probes is; nothing: one of them is in none. Costs as many rows
  // as it takes to know that, seven or so of each probe. Fails with damaged.
  using Hits = std::vector<SignBlock::Slice>;
  [[nodiscard]] Result<std::optional<Hits>> hits(const Reading& views, std::uint32_t number,
                                                 const std::vector<Probe>& probes) const;
  // How many there are; one that is being written is not counted.
  [[nodiscard]] std::uint32_t count(const Reading& views) const;

 private:
  void put_row(Writing& views, ByteView key, ByteView plain, Random& random) const;
  const crypto::Key32 key_;
  const NetworkId network_;
};
// The last entry that a block covers.
[[nodiscard]] Position last_of(const std::vector<SlotSpan>& spans);
// As SignBlock::candidates, of a block that is kept.
[[nodiscard]] std::set<Position> candidates_in(const std::vector<SlotSpan>& spans, const SignPages::Hits& hits);

// The newest block, shared by the follower, who alone changes it, and those who search.
class SignTail {
 public:
  explicit SignTail(const crypto::Key32& views_key) : maker_{views_key} {}

  // The follower. Until ready() nobody is to search by it; after close() nobody is either.
  void begin(Position first);
  void ready();
  void close();
  void add(Position at, const casework::Event* event);
  // Blocks that became full and are not kept yet.
  [[nodiscard]] const std::vector<SignBlock>& full() const noexcept { return full_; }
  // The views were committed with them, or were not: then nothing was added since the last time.
  void committed();
  void rewind();

  // Any thread. Odd while nobody is to search by it; another number: what was answered meanwhile may lack something.
  [[nodiscard]] std::uint64_t generation() const noexcept { return generation_; }
  // Any thread. Below the place returned, everything is in blocks that are kept.
  [[nodiscard]] Position candidates(const std::vector<Probe>& probes, std::set<Position>& out) const;

 private:
  std::atomic<std::uint64_t> generation_{1};
  mutable std::mutex mutex_;
  SignMaker maker_;
  SignBlock open_{Position{1}};
  std::vector<SignBlock> full_;
  std::optional<SignBlock::Mark> mark_;  // of the block that was open when the views were last committed
};

}  // namespace redress::store
