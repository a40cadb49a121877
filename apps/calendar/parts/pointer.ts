/** What a drag tells of itself. */
export interface Dragging {
	/** It has really begun: the pointer went far enough, or a finger stayed long enough. */
	start(): void;
	move(x: number, y: number): void;
	drop(): void;
	/** Escape, or the system took the pointer away. */
	cancel(): void;
	/** It never began: a press on the spot. */
	press?(): void;
}

/** So far a pointer goes before it drags, in pixels. */
const SLACK = 4;
/** So long a finger stays before it drags and does not scroll, in ms. */
const HOLD_MS = 350;

/** Follows a pointer from its press until it is let go. */
export function follow(event: PointerEvent, dragging: Dragging): void {
	const stop = new AbortController();
	const { signal } = stop;
	const touch = event.pointerType === 'touch';
	let begun = false;
	const begin = (): void => {
		begun = true;
		dragging.start();
		dragging.move(event.clientX, event.clientY);
	};
	const end = (how: () => void): void => {
		stop.abort();
		clearTimeout(hold);
		how();
	};
	const hold = touch ? setTimeout(begin, HOLD_MS) : undefined;
	const mine = (other: PointerEvent): boolean => other.pointerId === event.pointerId;
	addEventListener(
		'pointermove',
		(moved) => {
			if (!mine(moved)) return;
			const far = Math.hypot(moved.clientX - event.clientX, moved.clientY - event.clientY) > (touch ? 2 * SLACK : SLACK);
			if (!begun && touch && far) end(() => undefined);
			else if (!begun && far) begin();
			if (begun) dragging.move(moved.clientX, moved.clientY);
		},
		{ signal },
	);
	addEventListener('pointerup', (up) => mine(up) && end(() => (begun ? dragging.drop() : dragging.press?.())), { signal });
	addEventListener('pointercancel', (gone) => mine(gone) && end(() => begun && dragging.cancel()), { signal });
	// A finger that drags does not scroll.
	addEventListener('touchmove', (moved) => begun && moved.preventDefault(), { signal, passive: false });
	addEventListener(
		'keydown',
		(pressed) => {
			if (pressed.key !== 'Escape' || !begun) return;
			pressed.preventDefault();
			pressed.stopPropagation();
			end(() => dragging.cancel());
		},
		{ signal, capture: true },
	);
	// What is let go over the element that was pressed would count as a click on it.
	addEventListener(
		'click',
		(click) => {
			if (begun) click.stopPropagation();
		},
		{ signal, capture: true },
	);
}
