/* A blocking queue, packed by hand: the items by producer in three bits each, the oldest lowest; how many there are;
   and a bit for each who waits. P producers, C consumers, B items at most (eight), given with -DP=... */

int items;
byte level;
int waiters;

#define WAITS(k) (waiters & (1 << (k)))

#define TURN(i) \
	:: d_step { !WAITS(i) && ((i < P && level == B) || (i >= P && level == 0)) -> waiters = waiters | (1 << (i)) } \
	:: d_step { !WAITS(i) && waiters == 0 && i < P && level < B -> PUT(i) } \
	:: d_step { !WAITS(i) && waiters == 0 && i >= P && level > 0 -> GET } \
	WAKE0(i) WAKE1(i) WAKE2(i) WAKE3(i) WAKE4(i) WAKE5(i) WAKE6(i) WAKE7(i) \
	WAKE8(i) WAKE9(i) WAKE10(i) WAKE11(i) WAKE12(i) WAKE13(i) WAKE14(i) WAKE15(i)

#define PUT(i) items = items | (i << (3 * level)); level++
#define GET items = items >> 3; level--

#define WAKE(i, k) \
	:: d_step { !WAITS(i) && WAITS(k) && i < P && level < B -> PUT(i); waiters = waiters & ~(1 << (k)) } \
	:: d_step { !WAITS(i) && WAITS(k) && i >= P && level > 0 -> GET; waiters = waiters & ~(1 << (k)) }

#if P + C > 0
#define WAKE0(i) WAKE(i, 0)
#else
#define WAKE0(i)
#endif
#if P + C > 1
#define WAKE1(i) WAKE(i, 1)
#else
#define WAKE1(i)
#endif
#if P + C > 2
#define WAKE2(i) WAKE(i, 2)
#else
#define WAKE2(i)
#endif
#if P + C > 3
#define WAKE3(i) WAKE(i, 3)
#else
#define WAKE3(i)
#endif
#if P + C > 4
#define WAKE4(i) WAKE(i, 4)
#else
#define WAKE4(i)
#endif
#if P + C > 5
#define WAKE5(i) WAKE(i, 5)
#else
#define WAKE5(i)
#endif
#if P + C > 6
#define WAKE6(i) WAKE(i, 6)
#else
#define WAKE6(i)
#endif
#if P + C > 7
#define WAKE7(i) WAKE(i, 7)
#else
#define WAKE7(i)
#endif
#if P + C > 8
#define WAKE8(i) WAKE(i, 8)
#else
#define WAKE8(i)
#endif
#if P + C > 9
#define WAKE9(i) WAKE(i, 9)
#else
#define WAKE9(i)
#endif
#if P + C > 10
#define WAKE10(i) WAKE(i, 10)
#else
#define WAKE10(i)
#endif
#if P + C > 11
#define WAKE11(i) WAKE(i, 11)
#else
#define WAKE11(i)
#endif
#if P + C > 12
#define WAKE12(i) WAKE(i, 12)
#else
#define WAKE12(i)
#endif
#if P + C > 13
#define WAKE13(i) WAKE(i, 13)
#else
#define WAKE13(i)
#endif
#if P + C > 14
#define WAKE14(i) WAKE(i, 14)
#else
#define WAKE14(i)
#endif
#if P + C > 15
#define WAKE15(i) WAKE(i, 15)
#else
#define WAKE15(i)
#endif

active proctype everybody() {
	do
#if P + C > 0
	TURN(0)
#endif
#if P + C > 1
	TURN(1)
#endif
#if P + C > 2
	TURN(2)
#endif
#if P + C > 3
	TURN(3)
#endif
#if P + C > 4
	TURN(4)
#endif
#if P + C > 5
	TURN(5)
#endif
#if P + C > 6
	TURN(6)
#endif
#if P + C > 7
	TURN(7)
#endif
#if P + C > 8
	TURN(8)
#endif
#if P + C > 9
	TURN(9)
#endif
#if P + C > 10
	TURN(10)
#endif
#if P + C > 11
	TURN(11)
#endif
#if P + C > 12
	TURN(12)
#endif
#if P + C > 13
	TURN(13)
#endif
#if P + C > 14
	TURN(14)
#endif
#if P + C > 15
	TURN(15)
#endif
	od
}
