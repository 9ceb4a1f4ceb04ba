/* Link tokens: does head office notice a copy and an old image, and never takes an honest store for one?

   One head office and one site whose store may be cloned or set back to an image; head office may be set back too. One
   epoch: a store that is told to leave it has left the model. Frames of one connection keep their order, frames of
   different connections overtake one another. Every step is a commit; what a crash may tear is the matter of stream.pml.

   A token is (era of head office, number); head office keeps three: `known` was shown or confirmed last, and what it
   offered since then lies above `base` up to `offered`. All of these are good until one of them is confirmed. */
#include "sequence.inc"

#ifndef CONNECTIONS
#define CONNECTIONS 4
#endif
#ifndef ENTRIES
#define ENTRIES 2
#endif
#ifndef DELAYS
#define DELAYS 2
#endif
#ifndef LOSSES
#define LOSSES 1
#endif
#ifndef CRASHES
#define CRASHES 1
#endif
#define ROUNDS 6

#define TOKEN(era, n) ((era) * 16 + (n))
#define ERA(t) ((t) / 16)
#define NUMBER(t) ((t) % 16)

mtype = { HELLO, WELCOME, LEAVE, BATCH, RECEIPT };

/* who, connection, token, journal */
chan up = [4] of { mtype, bit, byte, byte, short };
/* connection, token, journal */
chan down[2] = [3] of { mtype, byte, byte, short };

typedef Store {
  bool live;
  bool left;      /* the epoch: it knows that it is a copy */
  byte token;
  short journal;
  byte connection;
  bool welcomed;
  bool spoken;    /* all it had to say was sent on this connection */
  short receipted;
  byte unkept;    /* a token taken but not committed; only a planted bug has one */
};
Store store[2];

/* Head office, durable, then the session of the epoch. */
byte era = 1;
byte known = TOKEN(1, 0);
byte base;
byte offered;
short held;
byte session;
byte kept_offered;

/* What each disk looked like when its image was taken. */
bool store_imaged;
byte image_token;
short image_journal;
bool office_imaged;
byte image_known;
byte image_base;
byte image_offered;
short image_held;

/* What the judge knows. */
bool copied[2];       /* cloned, or set back */
bool second[2];       /* it began at the image */
bool confirmed[2];    /* head office heard a connection that is younger than the second line */
bool overtaken;       /* head office has seen more of the first line than the image holds */
byte split;           /* the youngest connection when the second line began */
bool office_set_back;

byte connections;
byte identities;
byte delays = DELAYS;
byte losses = LOSSES;
byte crashes = CRASHES;
bool calm;
byte rounds;

/* Set by each step for itself. */
byte c;
byte t;
short j;
bit w;
bool good;

inline connect(x) {
  connections++;
  printf("store %d connects as %d: token %d, journal %o\n", x, connections, store[x].token, store[x].journal);
  store[x].connection = connections;
  store[x].welcomed = false;
  store[x].spoken = false;
  store[x].receipted = 0;
  store[x].unkept = 0;
  up!HELLO, x, connections, store[x].token, store[x].journal;
}

inline disconnect(x) {
  store[x].connection = 0;
  store[x].welcomed = false;
  store[x].spoken = false;
  store[x].receipted = 0;
  store[x].unkept = 0;
}

/* Lost if the line is full; the next greeting mends that. */
inline answer(kind, token, journal_seen) {
  if
  :: len(down[w]) < 3 -> down[w]!kind, c, token, journal_seen;
  :: else -> skip;
  fi;
}

inline forget() {
  c = 0;
  t = 0;
  j = 0;
  w = 0;
  good = false;
}

/* One token is confirmed: what was offered beside it is good no longer. */
inline confirm(token_seen) {
  known = token_seen;
  base = offered;
  confirmed[w] = confirmed[w] || (copied[w] && c > split && known != image_token);
}

/* What the first line told head office after its image was taken, the image lacks. */
inline look_back() {
  if
  :: store_imaged && !second[w] || second[w] && w == 0 && c <= split ->
    overtaken = overtaken || known != image_token || !BEGINS(held, image_journal);
  :: else -> skip;
  fi;
}

/* Head office goes down, and what it had not read with it. */
inline empty_up() {
  do
  :: len(up) > 0 ->
    if
    :: up?HELLO, w, c, t, j;
    :: up?BATCH, w, c, t, j;
    fi;
  :: len(up) == 0 -> break;
  od;
}

inline judge_token() {
#ifdef BUG_TOKEN_NOT_COMPARED
  good = true;
#else
  good = t == known;
  if
#ifdef BUG_ONLY_LAST_OFFER
  :: ERA(t) == era && NUMBER(t) == offered && offered > base ->
#else
  :: ERA(t) == era && NUMBER(t) > base && NUMBER(t) <= offered ->
#endif
    good = true;
#ifndef BUG_NEWER_IS_A_COPY
  :: ERA(t) > era || ERA(t) == era && NUMBER(t) > offered ->
    /* Validly made by head office, and head office does not know it: head office is the old one. */
    assert(office_set_back);
    era = (ERA(t) > era -> ERA(t) : era) + 1;
    known = t;
    base = 0;
    offered = 0;
    good = true;
#endif
  :: else -> skip;
  fi;
#endif
}

inline office_hello() {
  printf("office reads HELLO of %d: token %d; knows %d, offered %d to %d, journal %o\n",
         c, t, known, base, offered, held);
  session = c;
  judge_token();
#ifndef BUG_HEAD_NOT_COMPARED
  good = good && BEGINS(held, j);
#endif
  if
  :: good ->
    if
    :: t != known -> confirm(t); look_back();
    :: else -> skip;
    fi;
    assert(!copied[w] || c <= split || !confirmed[1 - w]);
    assert(!second[w] || c <= split || !overtaken);
#ifdef BUG_SAME_OFFER
    if
    :: offered == base -> offered++;
    :: else -> skip;
    fi;
#else
    offered++;
#endif
#ifndef BUG_OFFER_NOT_KEPT
    kept_offered = offered;
#endif
    answer(WELCOME, TOKEN(era, offered), 0);
  :: else ->
#ifdef BUG_ALARM_AT_HELLO
    assert(copied[w]);
#endif
    answer(LEAVE, 0, 0);
  fi;
}

inline office_batch() {
  printf("office reads BATCH of %d: journal %o; session %d\n", c, j, session);
  if
#ifdef BUG_OLD_SESSION_CONFIRMS
  :: true ->
#else
  :: c == session ->
#endif
    kept_offered = offered;
    confirm(TOKEN(era, offered));
    if
    :: BEGINS(held, j) ->
      held = j;
      answer(RECEIPT, 0, j);
    :: j != held && BEGINS(j, held) ->
      answer(RECEIPT, 0, j);
    :: else ->
      answer(LEAVE, 0, 0);
    fi;
    look_back();
#ifndef BUG_OLD_SESSION_CONFIRMS
  :: else -> skip;
#endif
  fi;
}

inline office_step() {
  if
  :: up?[HELLO, w, c, t, j] -> up?HELLO, w, c, t, j; office_hello();
  :: up?[BATCH, w, c, t, j] -> up?BATCH, w, c, t, j; office_batch();
  fi;
}

inline store_step(x) {
  if
  :: down[x]?[WELCOME, c, t, j] ->
    down[x]?WELCOME, c, t, j;
    printf("store %d reads WELCOME of %d: token %d; its connection %d\n", x, c, t, store[x].connection);
    if
#ifdef BUG_WELCOME_OF_OLD_CONNECTION
    :: store[x].connection != 0 && !store[x].left ->
#else
    :: c == store[x].connection && !store[x].left ->
#endif
#ifdef BUG_FRAME_BEFORE_TOKEN
      store[x].unkept = t;
#else
      store[x].token = t;
#endif
      store[x].welcomed = true;
      store[x].spoken = false;
    :: else -> skip;
    fi;
  :: down[x]?[LEAVE, c, t, j] ->
    down[x]?LEAVE, c, t, j;
    printf("store %d reads LEAVE of %d; its connection %d\n", x, c, store[x].connection);
    if
    :: c == store[x].connection && !store[x].left ->
      assert(copied[x]);
      store[x].left = true;
      confirmed[x] = false;
      disconnect(x);
    :: else -> skip;
    fi;
  :: down[x]?[RECEIPT, c, t, j] ->
    down[x]?RECEIPT, c, t, j;
    printf("store %d reads RECEIPT of %d: journal %o\n", x, c, j);
    if
    :: c == store[x].connection -> store[x].receipted = j;
    :: else -> skip;
    fi;
  fi;
}

#define AT_WORK(x) (store[x].live && !store[x].left)
#define SETTLED(x) \
  (!AT_WORK(x) || session == store[x].connection && store[x].welcomed && store[x].spoken && \
   store[x].receipted == store[x].journal)
#define HAS_TO_SPEAK(x) (AT_WORK(x) && store[x].welcomed && !store[x].spoken && len(up) < 4)
#define QUIET (len(up) == 0 && len(down[0]) == 0 && len(down[1]) == 0 && !HAS_TO_SPEAK(0) && !HAS_TO_SPEAK(1))

inline play(x) {
  if
  :: HAS_TO_SPEAK(x) -> d_step {
      store[x].spoken = true;
      up!BATCH, x, store[x].connection, store[x].token, store[x].journal;
    }
  :: len(down[x]) > 0 -> d_step { store_step(x); forget(); }
#ifdef BUG_FRAME_BEFORE_TOKEN
  :: store[x].unkept != 0 && store[x].spoken -> d_step { store[x].token = store[x].unkept; store[x].unkept = 0; }
#endif
  :: !calm && AT_WORK(x) && connections < CONNECTIONS && len(up) < 4 -> d_step { connect(x); }
  :: !calm && AT_WORK(x) && store[x].connection != 0 && crashes > 0 -> d_step { crashes--; disconnect(x); }
  :: !calm && AT_WORK(x) && identities < ENTRIES -> d_step {
      identities++;
      store[x].journal = APPENDED(store[x].journal, identities);
      store[x].spoken = false;
    }
  fi;
}

active proctype world() {
  store[0].live = true;
  store[0].token = known;
  do
  :: play(0)
  :: play(1)
  :: len(up) > 0 -> d_step { office_step(); forget(); }

  /* Faults of the line. */
  :: !calm && len(up) > 1 && delays > 0 ->
    atomic {
      delays--;
      if
      :: up?HELLO, w, c, t, j -> up!HELLO, w, c, t, j;
      :: up?BATCH, w, c, t, j -> up!BATCH, w, c, t, j;
      fi;
      forget();
    }
  :: !calm && len(up) > 0 && losses > 0 ->
    atomic {
      losses--;
      if
      :: up?HELLO, w, c, t, j;
      :: up?BATCH, w, c, t, j;
      fi;
      forget();
    }

  /* Faults of the machines. */
  :: !calm && crashes > 0 && session != 0 ->
    atomic {
      crashes--;
      session = 0;
      offered = kept_offered;
      empty_up();
      forget();
    }
#ifdef COPIES
  :: !calm && !store_imaged && !store[1].live && AT_WORK(0) -> d_step {
      store_imaged = true;
      image_token = store[0].token;
      image_journal = store[0].journal;
      overtaken = false;
    }
  :: !calm && store_imaged && AT_WORK(0) && !copied[0] -> d_step {
      copied[0] = true;
      second[0] = true;
      split = connections;
      disconnect(0);
      store[0].token = image_token;
      store[0].journal = image_journal;
    }
  :: !calm && store_imaged && AT_WORK(0) && !copied[0] && !store[1].live -> d_step {
      copied[0] = true;
      copied[1] = true;
      second[1] = true;
      split = connections;
      store[1].live = true;
      store[1].token = image_token;
      store[1].journal = image_journal;
    }
#endif
#ifdef OLD_OFFICE
  :: !calm && !office_imaged -> d_step {
      office_imaged = true;
      image_known = known;
      image_base = base;
      image_offered = kept_offered;
      image_held = held;
    }
  :: !calm && office_imaged && !office_set_back ->
    atomic {
      office_set_back = true;
      known = image_known;
      base = image_base;
      offered = image_offered;
      kept_offered = image_offered;
      held = image_held;
      session = 0;
      empty_up();
      forget();
    }
#endif

  /* The line heals; a store that gets no further connects again. */
  :: !calm -> calm = true;
  :: calm && QUIET && !SETTLED(0) -> d_step { rounds++; assert(rounds <= ROUNDS); connect(0); }
  :: calm && QUIET && !SETTLED(1) -> d_step { rounds++; assert(rounds <= ROUNDS); connect(1); }
  :: calm && QUIET && SETTLED(0) && SETTLED(1) -> break;
  od;

  assert(!AT_WORK(0) || store[0].journal == held);
  assert(!AT_WORK(1) || store[1].journal == held);
  assert(!(AT_WORK(0) && AT_WORK(1)));
}
