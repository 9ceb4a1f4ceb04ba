/* A sequence of entries as one number: each entry's identity (1 to 7) is one octal digit, the newest last, 0 is the
   empty sequence. Two sequences are equal exactly when the numbers are: the number is its own digest. Ten entries fit
   an int. */
#define LENGTH(s) \
  ((s) == 0 -> 0 : ((s) < 8 -> 1 : ((s) < 64 -> 2 : ((s) < 512 -> 3 : ((s) < 4096 -> 4 : ((s) < 32768 -> 5 : \
  ((s) < 262144 -> 6 : ((s) < 2097152 -> 7 : ((s) < 16777216 -> 8 : ((s) < 134217728 -> 9 : 10))))))))))

/* The first k entries; k is at most the length. */
#define PREFIX(s, k) ((s) >> (3 * (LENGTH(s) - (k))))

/* What stands above the first k entries. */
#define REST(s, k) ((s) & ((1 << (3 * (LENGTH(s) - (k)))) - 1))

/* The entry at place p, from 1. */
#define AT(s, p) (((s) >> (3 * (LENGTH(s) - (p)))) & 7)

#define APPENDED(s, id) (((s) << 3) | (id))

/* a is b, or b's beginning. */
#define BEGINS(a, b) \
  ((a) == (b) || (a) == (b) >> 3 || (a) == (b) >> 6 || (a) == (b) >> 9 || (a) == (b) >> 12 || (a) == (b) >> 15 || \
   (a) == (b) >> 18 || (a) == (b) >> 21 || (a) == (b) >> 24 || (a) == (b) >> 27)

/* The identity as one bit of a set. */
#define ONE(id) (1 << (id))
