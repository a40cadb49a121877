import { hues } from '../tokens/sizes.ts';
import type { AppManifest } from './manifest.ts';

/** The hub's own sign and hue: not an app, but drawn like one. */
export const hub = {
	id: '',
	hue: hues.hub,
	glyph: 'M4 18.5V7.2c0-1 1.2-1.4 1.8-.7L12 14l6.2-7.5c.6-.7 1.8-.3 1.8.7v11.3',
} as const;

/** Where the inspector of an app is, or the hub's (`null`). */
export function syncPage(app: Pick<AppManifest, 'id'> | null): string {
	return app ? `/${app.id}/sync` : '/sync';
}
