// Memory for a program of one thread that makes and drops small blocks all day: freed blocks are kept by size and given
// out again, without locks. It gives nothing back.
#include <cstddef>
#include <cstdlib>
#include <new>

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)

namespace {

constexpr std::size_t step = 16;
constexpr std::size_t classes = 65;  // up to 1 KiB
constexpr std::size_t slab_bytes = std::size_t{1} << 18;
constexpr std::size_t head_bytes = 16;  // before each block: which class it is of; keeps blocks aligned

struct Free {
  Free* next;
};

Free* kept[classes];
std::byte* slab = nullptr;
std::size_t slab_left = 0;

std::byte* carve(std::size_t bytes) {
  if (slab_left < bytes) {
    slab = static_cast<std::byte*>(std::malloc(slab_bytes));
    if (slab == nullptr) std::abort();
    slab_left = slab_bytes;
  }
  std::byte* const block = slab;
  slab += bytes;
  slab_left -= bytes;
  return block;
}

void* take(std::size_t size) {
  const std::size_t of = (size + step - 1) / step;
  if (of < classes) {
    if (Free* const block = kept[of]; block != nullptr) {
      kept[of] = block->next;
      return block;
    }
  }
  const std::size_t bytes = head_bytes + (of == 0 ? step : of * step);
  std::byte* const block = of < classes ? carve(bytes) : static_cast<std::byte*>(std::malloc(bytes));
  if (block == nullptr) std::abort();
  *reinterpret_cast<std::size_t*>(block) = of;
  return block + head_bytes;
}

void give_back(void* at) {
  if (at == nullptr) return;
  std::byte* const block = static_cast<std::byte*>(at) - head_bytes;
  const std::size_t of = *reinterpret_cast<std::size_t*>(block);
  if (of >= classes) return std::free(block);
  auto* const freed = static_cast<Free*>(at);
  freed->next = kept[of];
  kept[of] = freed;
}

}  // namespace

void* operator new(std::size_t size) { return take(size); }
void operator delete(void* at) noexcept { give_back(at); }
void operator delete(void* at, std::size_t) noexcept { give_back(at); }

#endif
