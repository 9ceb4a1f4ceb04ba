/* Forks of a branch's journal: are they found, repaired without loss, and counted once?

   One head office, which keeps its past (else see office.pml), and one site whose store may be cloned and may be set back
   to an image; both lines may go on writing. Each writes into its own epoch; head office keeps one journal an epoch, and a
   feed of its own entries. Greeting is one step (what the line may do to it is the matter of token.pml), and so is each
   probe, the minting of an epoch, and each entry sent, fed or returned; a session may end between any two.

   A session belongs to one epoch, and the youngest one fences the others of that epoch. */
#include "sequence.inc"

#define EPOCHS 4
#ifndef ENTRIES
#define ENTRIES 3
#endif
#ifndef CUTS
#define CUTS 1
#endif
#ifndef CLONES
#define CLONES 1
#endif
#ifndef SET_BACKS
#define SET_BACKS 1
#endif
#define ROUNDS 8
#define NOBODY 2

mtype = { DOWN, UP, PROBING };

typedef Store {
  bool live;
  byte epoch;
  byte token;
  int journal[EPOCHS];  /* own entries, and those of the other lines that came back */
  int feed;
};
Store store[2];
Store image;

/* Sessions: what a cut forgets. */
mtype phase[2] = DOWN;
byte low[2];
byte high[2];

/* Head office: by epoch. */
bool known[EPOCHS];
int held[EPOCHS];
byte token[EPOCHS];
byte session[EPOCHS] = NOBODY;
int feed;

/* What the judge knows. */
byte epochs;
byte identities;
byte act[8];            /* what an identity says */
byte parent[EPOCHS];    /* signed: in the epoch's first place */
byte fork_place[EPOCHS];
byte cuts = CUTS;
byte clones;
byte set_backs;
bool imaged;
bool calm;
byte rounds;
byte survived;

/* Set by each step for itself. */
byte i;
byte n;
byte e;
byte k;
byte id;
byte all;
int rest;
bool good;

inline forget() {
  i = 0; n = 0; e = 0; k = 0; id = 0; all = 0; rest = 0; good = false;
}

inline add_all(sequence) {
  n = LENGTH(sequence);
  do
  :: n > 0 -> all = all | ONE(act[AT(sequence, n)]); n--;
  :: else -> break;
  od;
}

/* What the store holds, as a set of acts. */
inline acts_of_store(x) {
  all = 0;
  add_all(store[x].feed);
  i = 0;
  do
  :: i < EPOCHS -> add_all(store[x].journal[i]); i++;
  :: else -> break;
  od;
}

inline acts_of_office() {
  all = 0;
  add_all(feed);
  i = 0;
  do
  :: i < EPOCHS -> add_all(held[i]); i++;
  :: else -> break;
  od;
}

/* The store is the epoch's one line, as far as head office can see. */
inline compare(x) {
  e = store[x].epoch;
#ifdef BUG_DUPLICATES_ASSUMED
  good = LENGTH(held[e]) <= LENGTH(store[x].journal[e]);
#else
#ifdef BUG_BEHIND_ACCEPTED
  good = BEGINS(held[e], store[x].journal[e]) || BEGINS(store[x].journal[e], held[e]);
#else
  good = BEGINS(held[e], store[x].journal[e]);
#endif
#endif
#ifndef BUG_TOKEN_NOT_COMPARED
  good = good && store[x].token == token[e];
#endif
}

inline greet(x) {
  e = store[x].epoch;
  if
  :: !known[e] ->
    /* A new epoch is taken in on the proof that its parent is held up to the place where it forked. */
    assert(PREFIX(held[parent[e]], fork_place[e]) == store[x].journal[parent[e]] ||
           BEGINS(PREFIX(held[parent[e]], fork_place[e]), store[x].journal[parent[e]]));
    known[e] = true;
  :: else -> skip;
  fi;
  compare(x);
  printf("store %d greets in epoch %d: journal %o, token %d; office: journal %o, token %d; good %d\n", x, e,
         store[x].journal[e], store[x].token, held[e], token[e], good);
  if
  :: good ->
    token[e]++;
    store[x].token = token[e];
    session[e] = x;
    phase[x] = UP;
#ifdef BUG_FEED_FROM_RECEIPT
    store[x].feed = store[x].feed;
#endif
  :: else ->
    phase[x] = PROBING;
    low[x] = 0;
    high[x] = (LENGTH(held[e]) < LENGTH(store[x].journal[e]) -> LENGTH(held[e]) : LENGTH(store[x].journal[e]));
#ifdef BUG_LOWER_HEAD_TAKEN
    low[x] = high[x];
#endif
  fi;
}

inline probe(x) {
  e = store[x].epoch;
  k = (low[x] + high[x] + 1) / 2;
  if
  :: PREFIX(held[e], k) == PREFIX(store[x].journal[e], k) -> low[x] = k;
  :: else -> high[x] = k - 1;
  fi;
}

/* One commit: the new epoch, and in it what stood above the last common place. */
inline mint(x) {
  e = store[x].epoch;
  k = low[x];
  rest = REST(store[x].journal[e], k);
  epochs++;
  assert(epochs < EPOCHS);
  parent[epochs] = e;
  fork_place[epochs] = k;
  store[x].journal[e] = PREFIX(store[x].journal[e], k);
#ifdef BUG_OWN_REST_DROPPED
  rest = 0;
#endif
#ifdef BUG_NEW_IDENTITY
  n = LENGTH(rest);
  do
  :: n > 0 && identities < 7 ->
    identities++;
    act[identities] = act[AT(rest, LENGTH(rest) - n + 1)];
    store[x].journal[epochs] = APPENDED(store[x].journal[epochs], identities);
    n--;
  :: else -> break;
  od;
#else
  store[x].journal[epochs] = rest;
#endif
  store[x].epoch = epochs;
  store[x].token = 0;
  phase[x] = DOWN;
  low[x] = 0;
  high[x] = 0;
  printf("store %d mints epoch %d: parent %d up to %d; journal %o\n", x, epochs, e, k, store[x].journal[epochs]);
}

#define HAS_SESSION(x) (phase[x] == UP && session[store[x].epoch] == (x))
#ifdef BUG_ACCEPTED_WHILE_PROBING
#define CAN_SEND(x) \
  ((HAS_SESSION(x) || phase[x] == PROBING) && \
   LENGTH(store[x].journal[store[x].epoch]) > LENGTH(held[store[x].epoch]))
#else
#define CAN_SEND(x) (HAS_SESSION(x) && LENGTH(store[x].journal[store[x].epoch]) > LENGTH(held[store[x].epoch]))
#endif

inline send(x) {
  e = store[x].epoch;
  n = LENGTH(held[e]);
  id = AT(store[x].journal[e], n + 1);
  held[e] = APPENDED(held[e], id);
  printf("office takes %d of epoch %d from store %d\n", id, e, x);
}

/* What the other lines of the site told head office comes back, each epoch from where the store stands in it. */
#ifdef BUG_REST_NOT_RETURNED
#define LACKS(x, e) \
  (known[e] && (e) != store[x].epoch && (e) != parent[store[x].epoch] && store[x].journal[e] != held[e])
#else
#ifdef BUG_OTHER_LINE_NOT_RETURNED
#define LACKS(x, e) (known[e] && (e) < store[x].epoch && store[x].journal[e] != held[e])
#else
#define LACKS(x, e) (known[e] && (e) != store[x].epoch && store[x].journal[e] != held[e])
#endif
#endif
#define HAS_RETURN(x) (HAS_SESSION(x) && (LACKS(x, 0) || LACKS(x, 1) || LACKS(x, 2) || LACKS(x, 3)))

inline return_one(x) {
  e = 0;
  do
  :: !LACKS(x, e) -> e++;
  :: else -> break;
  od;
  assert(BEGINS(store[x].journal[e], held[e]));
  id = AT(held[e], LENGTH(store[x].journal[e]) + 1);
  store[x].journal[e] = APPENDED(store[x].journal[e], id);
  printf("store %d gets back %d of epoch %d\n", x, id, e);
}

#ifdef BUG_FEED_FROM_RECEIPT
byte feed_receipt;
#define HAS_FEED(x) (HAS_SESSION(x) && feed_receipt < LENGTH(feed))
#else
#define HAS_FEED(x) (HAS_SESSION(x) && store[x].feed != feed)
#endif

inline feed_one(x) {
#ifdef BUG_FEED_FROM_RECEIPT
  feed_receipt++;
  id = AT(feed, feed_receipt);
#else
  id = AT(feed, LENGTH(store[x].feed) + 1);
#endif
  store[x].feed = APPENDED(store[x].feed, id);
  printf("store %d is fed %d\n", x, id);
}

inline write_at_store(x) {
  identities++;
  act[identities] = identities;
  store[x].journal[store[x].epoch] = APPENDED(store[x].journal[store[x].epoch], identities);
  printf("store %d writes %d in epoch %d\n", x, identities, store[x].epoch);
}

inline write_at_office() {
  identities++;
  act[identities] = identities;
  feed = APPENDED(feed, identities);
  printf("office writes %d\n", identities);
}

inline copy_store(to, from) {
  to.epoch = from.epoch;
  to.token = from.token;
  to.feed = from.feed;
  i = 0;
  do
  :: i < EPOCHS -> to.journal[i] = from.journal[i]; i++;
  :: else -> break;
  od;
}

inline cut(x) {
  phase[x] = DOWN;
  low[x] = 0;
  high[x] = 0;
}

#define FENCED(x) (phase[x] == UP && session[store[x].epoch] != (x))
#define SETTLED(x) (!store[x].live || HAS_SESSION(x) && !CAN_SEND(x) && !HAS_RETURN(x) && !HAS_FEED(x))

/* Until the calm any order is tried; in it, store 0 goes first. */
#define ITS_TURN(x) (store[x].live && (!calm || (x) == 0 || SETTLED(0)))

inline play(x) {
  if
  :: ITS_TURN(x) && phase[x] == DOWN -> d_step {
      greet(x);
      rounds = rounds + calm;
      assert(rounds <= ROUNDS);
      forget();
    }
  :: ITS_TURN(x) && FENCED(x) -> cut(x);
  :: ITS_TURN(x) && phase[x] == PROBING && low[x] < high[x] -> d_step { probe(x); forget(); }
  :: ITS_TURN(x) && phase[x] == PROBING && low[x] == high[x] -> d_step { mint(x); forget(); }
  :: ITS_TURN(x) && CAN_SEND(x) -> d_step { send(x); forget(); }
  :: ITS_TURN(x) && HAS_RETURN(x) && !(calm && CAN_SEND(x)) -> d_step { return_one(x); forget(); }
  :: ITS_TURN(x) && HAS_FEED(x) && !(calm && CAN_SEND(x)) -> d_step { feed_one(x); forget(); }
  :: !calm && store[x].live && cuts > 0 && phase[x] != DOWN -> d_step { cuts--; cut(x); }
  :: !calm && store[x].live && identities < ENTRIES -> d_step { write_at_store(x); }
  fi;
}

inline judge_end() {
  acts_of_office();
  assert(all == survived);
  acts_of_store(0);
  assert(all == survived);
  if
  :: store[1].live -> acts_of_store(1); assert(all == survived);
  :: else -> skip;
  fi;
  assert(!store[1].live || store[0].epoch != store[1].epoch);
  /* Counted once: no two identities at head office say the same. */
  all = 0;
  i = 0;
  do
  :: i < EPOCHS ->
    n = LENGTH(held[i]);
    do
    :: n > 0 ->
      id = AT(held[i], n);
      assert((all & ONE(act[id])) == 0 || act[id] == id);
      all = all | ONE(act[id]);
      n--;
    :: else -> break;
    od;
    assert(store[0].journal[i] == held[i]);
    assert(!store[1].live || store[1].journal[i] == held[i]);
    i++;
  :: else -> break;
  od;
}

active proctype world() {
  store[0].live = true;
  known[0] = true;
  do
  :: play(0)
  :: play(1)
#ifdef FEED
  :: !calm && identities < ENTRIES && feed == 0 -> d_step { write_at_office(); }
#endif
  :: !calm && !imaged && !store[1].live -> d_step { imaged = true; copy_store(image, store[0]); forget(); }
  :: !calm && imaged && set_backs < SET_BACKS -> d_step {
      set_backs++;
      copy_store(store[0], image);
      cut(0);
      forget();
      printf("store 0 is set back: epoch %d, journal %o\n", store[0].epoch, store[0].journal[store[0].epoch]);
    }
  :: !calm && clones < CLONES -> d_step {
      clones++;
      store[1].live = true;
      copy_store(store[1], store[0]);
      forget();
      printf("store 0 is cloned\n");
    }
  :: !calm -> d_step {
      calm = true;
      acts_of_office();
      survived = all;
      acts_of_store(0);
      survived = survived | all;
      acts_of_store(1);
      survived = survived | all;
      forget();
    }
  :: calm && SETTLED(0) && SETTLED(1) -> d_step { judge_end(); forget(); } break;
  od;
}
