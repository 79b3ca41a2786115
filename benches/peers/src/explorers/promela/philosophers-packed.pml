/* Dining philosophers, packed by hand: two bits each, 0 thinks, 1 holds the left fork, 2 eats; eight to a word.
   Who has which fork follows from that. N philosophers, at most 32, given with -DN=... */

int word0, word1, word2, word3;

#define AT_(word, place) ((word >> (2 * place)) & 3)
#define AT0 AT_(word0, 0)
#define AT1 AT_(word0, 1)
#define AT2 AT_(word0, 2)
#define AT3 AT_(word0, 3)
#define AT4 AT_(word0, 4)
#define AT5 AT_(word0, 5)
#define AT6 AT_(word0, 6)
#define AT7 AT_(word0, 7)
#define AT8 AT_(word1, 0)
#define AT9 AT_(word1, 1)
#define AT10 AT_(word1, 2)
#define AT11 AT_(word1, 3)
#define AT12 AT_(word1, 4)
#define AT13 AT_(word1, 5)
#define AT14 AT_(word1, 6)
#define AT15 AT_(word1, 7)
#define AT16 AT_(word2, 0)
#define AT17 AT_(word2, 1)
#define AT18 AT_(word2, 2)
#define AT19 AT_(word2, 3)
#define AT20 AT_(word2, 4)
#define AT21 AT_(word2, 5)
#define AT22 AT_(word2, 6)
#define AT23 AT_(word2, 7)
#define AT24 AT_(word3, 0)
#define AT25 AT_(word3, 1)
#define AT26 AT_(word3, 2)
#define AT27 AT_(word3, 3)
#define AT28 AT_(word3, 4)
#define AT29 AT_(word3, 5)
#define AT30 AT_(word3, 6)
#define AT31 AT_(word3, 7)

#if N == 2
#define LAST AT1
#endif
#if N == 3
#define LAST AT2
#endif
#if N == 4
#define LAST AT3
#endif
#if N == 5
#define LAST AT4
#endif
#if N == 6
#define LAST AT5
#endif
#if N == 7
#define LAST AT6
#endif
#if N == 8
#define LAST AT7
#endif
#if N == 9
#define LAST AT8
#endif
#if N == 10
#define LAST AT9
#endif
#if N == 11
#define LAST AT10
#endif
#if N == 12
#define LAST AT11
#endif
#if N == 13
#define LAST AT12
#endif
#if N == 14
#define LAST AT13
#endif
#if N == 15
#define LAST AT14
#endif
#if N == 16
#define LAST AT15
#endif
#if N == 17
#define LAST AT16
#endif
#if N == 18
#define LAST AT17
#endif
#if N == 19
#define LAST AT18
#endif
#if N == 20
#define LAST AT19
#endif
#if N == 21
#define LAST AT20
#endif
#if N == 22
#define LAST AT21
#endif
#if N == 23
#define LAST AT22
#endif
#if N == 24
#define LAST AT23
#endif
#if N == 25
#define LAST AT24
#endif
#if N == 26
#define LAST AT25
#endif
#if N == 27
#define LAST AT26
#endif
#if N == 28
#define LAST AT27
#endif
#if N == 29
#define LAST AT28
#endif
#if N == 30
#define LAST AT29
#endif
#if N == 31
#define LAST AT30
#endif
#if N == 32
#define LAST AT31
#endif

#define PHILOSOPHER(own, left, right, word, place) \
	:: d_step { own == 0 && left != 2 -> word = word + (1 << (2 * place)) } \
	:: d_step { own == 1 && right == 0 -> word = word + (1 << (2 * place)) } \
	:: d_step { own == 2 -> word = word - (2 << (2 * place)) }

active proctype table() {
	do
#if N > 0
	PHILOSOPHER(AT0, LAST, AT1, word0, 0)
#endif
#if N > 1
#if N == 2
	PHILOSOPHER(AT1, AT0, AT0, word0, 1)
#else
	PHILOSOPHER(AT1, AT0, AT2, word0, 1)
#endif
#endif
#if N > 2
#if N == 3
	PHILOSOPHER(AT2, AT1, AT0, word0, 2)
#else
	PHILOSOPHER(AT2, AT1, AT3, word0, 2)
#endif
#endif
#if N > 3
#if N == 4
	PHILOSOPHER(AT3, AT2, AT0, word0, 3)
#else
	PHILOSOPHER(AT3, AT2, AT4, word0, 3)
#endif
#endif
#if N > 4
#if N == 5
	PHILOSOPHER(AT4, AT3, AT0, word0, 4)
#else
	PHILOSOPHER(AT4, AT3, AT5, word0, 4)
#endif
#endif
#if N > 5
#if N == 6
	PHILOSOPHER(AT5, AT4, AT0, word0, 5)
#else
	PHILOSOPHER(AT5, AT4, AT6, word0, 5)
#endif
#endif
#if N > 6
#if N == 7
	PHILOSOPHER(AT6, AT5, AT0, word0, 6)
#else
	PHILOSOPHER(AT6, AT5, AT7, word0, 6)
#endif
#endif
#if N > 7
#if N == 8
	PHILOSOPHER(AT7, AT6, AT0, word0, 7)
#else
	PHILOSOPHER(AT7, AT6, AT8, word0, 7)
#endif
#endif
#if N > 8
#if N == 9
	PHILOSOPHER(AT8, AT7, AT0, word1, 0)
#else
	PHILOSOPHER(AT8, AT7, AT9, word1, 0)
#endif
#endif
#if N > 9
#if N == 10
	PHILOSOPHER(AT9, AT8, AT0, word1, 1)
#else
	PHILOSOPHER(AT9, AT8, AT10, word1, 1)
#endif
#endif
#if N > 10
#if N == 11
	PHILOSOPHER(AT10, AT9, AT0, word1, 2)
#else
	PHILOSOPHER(AT10, AT9, AT11, word1, 2)
#endif
#endif
#if N > 11
#if N == 12
	PHILOSOPHER(AT11, AT10, AT0, word1, 3)
#else
	PHILOSOPHER(AT11, AT10, AT12, word1, 3)
#endif
#endif
#if N > 12
#if N == 13
	PHILOSOPHER(AT12, AT11, AT0, word1, 4)
#else
	PHILOSOPHER(AT12, AT11, AT13, word1, 4)
#endif
#endif
#if N > 13
#if N == 14
	PHILOSOPHER(AT13, AT12, AT0, word1, 5)
#else
	PHILOSOPHER(AT13, AT12, AT14, word1, 5)
#endif
#endif
#if N > 14
#if N == 15
	PHILOSOPHER(AT14, AT13, AT0, word1, 6)
#else
	PHILOSOPHER(AT14, AT13, AT15, word1, 6)
#endif
#endif
#if N > 15
#if N == 16
	PHILOSOPHER(AT15, AT14, AT0, word1, 7)
#else
	PHILOSOPHER(AT15, AT14, AT16, word1, 7)
#endif
#endif
#if N > 16
#if N == 17
	PHILOSOPHER(AT16, AT15, AT0, word2, 0)
#else
	PHILOSOPHER(AT16, AT15, AT17, word2, 0)
#endif
#endif
#if N > 17
#if N == 18
	PHILOSOPHER(AT17, AT16, AT0, word2, 1)
#else
	PHILOSOPHER(AT17, AT16, AT18, word2, 1)
#endif
#endif
#if N > 18
#if N == 19
	PHILOSOPHER(AT18, AT17, AT0, word2, 2)
#else
	PHILOSOPHER(AT18, AT17, AT19, word2, 2)
#endif
#endif
#if N > 19
#if N == 20
	PHILOSOPHER(AT19, AT18, AT0, word2, 3)
#else
	PHILOSOPHER(AT19, AT18, AT20, word2, 3)
#endif
#endif
#if N > 20
#if N == 21
	PHILOSOPHER(AT20, AT19, AT0, word2, 4)
#else
	PHILOSOPHER(AT20, AT19, AT21, word2, 4)
#endif
#endif
#if N > 21
#if N == 22
	PHILOSOPHER(AT21, AT20, AT0, word2, 5)
#else
	PHILOSOPHER(AT21, AT20, AT22, word2, 5)
#endif
#endif
#if N > 22
#if N == 23
	PHILOSOPHER(AT22, AT21, AT0, word2, 6)
#else
	PHILOSOPHER(AT22, AT21, AT23, word2, 6)
#endif
#endif
#if N > 23
#if N == 24
	PHILOSOPHER(AT23, AT22, AT0, word2, 7)
#else
	PHILOSOPHER(AT23, AT22, AT24, word2, 7)
#endif
#endif
#if N > 24
#if N == 25
	PHILOSOPHER(AT24, AT23, AT0, word3, 0)
#else
	PHILOSOPHER(AT24, AT23, AT25, word3, 0)
#endif
#endif
#if N > 25
#if N == 26
	PHILOSOPHER(AT25, AT24, AT0, word3, 1)
#else
	PHILOSOPHER(AT25, AT24, AT26, word3, 1)
#endif
#endif
#if N > 26
#if N == 27
	PHILOSOPHER(AT26, AT25, AT0, word3, 2)
#else
	PHILOSOPHER(AT26, AT25, AT27, word3, 2)
#endif
#endif
#if N > 27
#if N == 28
	PHILOSOPHER(AT27, AT26, AT0, word3, 3)
#else
	PHILOSOPHER(AT27, AT26, AT28, word3, 3)
#endif
#endif
#if N > 28
#if N == 29
	PHILOSOPHER(AT28, AT27, AT0, word3, 4)
#else
	PHILOSOPHER(AT28, AT27, AT29, word3, 4)
#endif
#endif
#if N > 29
#if N == 30
	PHILOSOPHER(AT29, AT28, AT0, word3, 5)
#else
	PHILOSOPHER(AT29, AT28, AT30, word3, 5)
#endif
#endif
#if N > 30
#if N == 31
	PHILOSOPHER(AT30, AT29, AT0, word3, 6)
#else
	PHILOSOPHER(AT30, AT29, AT31, word3, 6)
#endif
#endif
#if N > 31
	PHILOSOPHER(AT31, AT30, AT0, word3, 7)
#endif
	od
}
