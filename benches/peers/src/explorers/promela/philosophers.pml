/* Dining philosophers, each a process: it thinks, holds the left fork, or eats, and lays both forks down at once.
   N philosophers, given with -DN=... */

bit taken[N];

active [N] proctype philosopher() {
	do
	:: d_step { !taken[_pid] -> taken[_pid] = 1 };
	   d_step { !taken[(_pid + 1) % N] -> taken[(_pid + 1) % N] = 1 };
	   d_step { taken[_pid] = 0; taken[(_pid + 1) % N] = 0 }
	od
}
