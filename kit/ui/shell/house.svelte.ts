import { createContext } from 'svelte';
import type { AppManifest } from './manifest.ts';

/** What the shell shows over the page, one thing at a time. */
export type Panel = { readonly kind: 'palette' } | { readonly kind: 'shortcuts' } | QuickAddPanel | { readonly kind: 'sign-out' };

export interface QuickAddPanel {
	readonly kind: 'quick-add';
	readonly app: string;
	readonly text: string;
	/** What comes along where another program shared something. */
	readonly notes?: string;
	readonly files?: readonly File[];
}

/** The apps of this house, and what is open over the page. */
export class HouseState {
	readonly apps: readonly AppManifest[];
	panel = $state.raw<Panel | null>(null);

	constructor(apps: readonly AppManifest[]) {
		this.apps = apps;
	}

	show(panel: Panel): void {
		this.panel = panel;
	}

	/** The app whose address this is, `null` in the hub. */
	appAt(pathname: string): AppManifest | null {
		return this.apps.find((app) => app.id === pathname.split('/')[1]) ?? null;
	}
}

/** The house around the page: its apps, and the panels that may be opened over it. */
export const [useHouse, provideHouse] = createContext<HouseState>();
