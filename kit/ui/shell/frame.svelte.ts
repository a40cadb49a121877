import { MediaQuery } from 'svelte/reactivity';
import { breakpoint } from '../tokens/sizes.ts';

const key = 'mana.sidebar';

/** How much room there is, and whether the sidebar is out. Collapsing on a wide screen is remembered. */
class Frame {
	readonly #wide = new MediaQuery(`(min-width: ${breakpoint.wide}px)`);
	readonly #phone = new MediaQuery(`(max-width: ${breakpoint.phone - 0.02}px)`);
	#collapsed = $state(localStorage.getItem(key) === 'collapsed');
	/** The sidebar lies over the content (on less than wide screens). */
	drawer = $state(false);

	get wide(): boolean {
		return this.#wide.current;
	}

	get phone(): boolean {
		return this.#phone.current;
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
