#include "protocol/sync/step.h"

namespace redress::sync {

const char* name_of(Happening what) {
  switch (what) {
    case Happening::up:
      return "up";
    case Happening::down:
      return "down";
    case Happening::refused:
      return "refused";
    case Happening::peer_refused:
      return "peer refused";
    case Happening::duplicate:
      return "duplicate";
    case Happening::hole:
      return "hole";
    case Happening::rewound:
      return "rewound";
    case Happening::stale:
      return "stale frame dropped";
    case Happening::forked:
      return "forked";
    case Happening::renewed:
      return "renewed";
    case Happening::recovering:
      return "recovering";
    case Happening::heard:
      return "heard";
    case Happening::cloned:
      return "cloned";
    case Happening::wanted:
      return "damaged entry asked for";
    case Happening::healed:
      return "damaged entry came back";
  }
  REDRESS_ASSERT(false);
  return "";
}

}  // namespace redress::sync
