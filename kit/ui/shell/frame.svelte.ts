import { untrack } from 'svelte';
import { MediaQuery } from 'svelte/reactivity';
import { breakpoint } from '../tokens/sizes.ts';

const key = 'mana.sidebar';

/** How much room there is, and whether the sidebar is out. Collapsing on a wide screen is remembered. */
class Frame {
	readonly #wide = new MediaQuery(`(min-width: ${breakpoint.wide}px)`);
	readonly #phone = new MediaQuery(`(max-width: ${breakpoint.phone - 0.02}px)`);
	#collapsed = $state(localStorage.getItem(key) === 'collapsed');
	#details = $state(0);
	/** The sidebar lies over the content (on less than wide screens). */
	drawer = $state(false);

	get wide(): boolean {
		return this.#wide.current;
	}

	get phone(): boolean {
		return this.#phone.current;
	}

	/** Whether details of something are open: on a phone they take the place of the page. */
	get detailed(): boolean {
		return this.#details > 0;
	}

	/** Details are open until what this returns is called. */
	showDetails(): () => void {
		untrack(() => this.#details++);
		return () => untrack(() => this.#details--);
	}

	get collapsed(): boolean {
		return this.#collapsed;
	}

	toggleSidebar(): void {
		if (!this.wide) {
			this.drawer = !this.drawer;
			return;
		}
		this.#collapsed = !this.#collapsed;
		localStorage.setItem(key, this.#collapsed ? 'collapsed' : 'out');
	}
}

export const frame = new Frame();
