import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { hub } from '@mana/ui/shell/hub';
import type { AppManifest, Takes } from '@mana/ui/shell/manifest';
import { shadeIn, toHex } from '@mana/ui/tokens/contrast';
import { colours } from '@mana/ui/tokens/colours';
import { pngIcon, svgIcon } from './icons/draw.ts';

interface Installable {
	/** Where it lives, as `/todo`; `/` for the hub. */
	readonly path: string;
	readonly name: string;
	readonly purpose: string;
	readonly hue: number;
	readonly glyph: string;
	readonly shortcuts: readonly { readonly name: string; readonly url: string }[];
	readonly takes: readonly Takes[];
}

/**
 * Writes the web manifest and the icons of the hub and of every app, so that each installs as an app of its own: favicon, PWA icons and
 * maskable icon from the glyph and hue in its `app.ts`.
 *
 * @param folder static files of the build
 */
export async function writeInstallables(apps: readonly AppManifest[], folder: string): Promise<void> {
	await rm(folder, { recursive: true, force: true });
	// The hub takes what any of its apps takes, and asks which.
	const all = apps.flatMap(({ takes }) => takes ?? []);
	for (const one of [{ ...house, takes: all }, ...apps.map(installable)]) {
		const sign = { glyph: one.glyph, ground: toHex(shadeIn(colours.accent, 'light'), one.hue) };
		const into = join(folder, one.path);
		await mkdir(into, { recursive: true });
		await Bun.write(join(into, 'icon.svg'), svgIcon(sign, 'tile'));
		await Bun.write(join(into, 'icon-192.png'), pngIcon(sign, 'tile', 192));
		await Bun.write(join(into, 'icon-512.png'), pngIcon(sign, 'tile', 512));
		await Bun.write(join(into, 'icon-maskable.png'), pngIcon(sign, 'maskable', 512));
		await Bun.write(join(into, 'icon-touch.png'), pngIcon(sign, 'maskable', 180));
		await Bun.write(join(into, 'manifest.webmanifest'), `${JSON.stringify(webManifest(one), null, '\t')}\n`);
	}
	await Bun.write(join(folder, 'robots.txt'), 'User-agent: *\nDisallow: /\n');
}

const house: Installable = {
	path: '/',
	name: 'Mana',
	purpose: 'A home for your digital life',
	hue: hub.hue,
	glyph: hub.glyph,
	shortcuts: [],
	takes: [],
};

function installable(app: AppManifest): Installable {
	return {
		path: `/${app.id}`,
		name: app.name(),
		purpose: app.purpose(),
		hue: app.hue,
		glyph: app.glyph,
		shortcuts: app.places.slice(0, 4).map((place) => ({ name: place.name(), url: place.href })),
		takes: app.takes ? [app.takes] : [],
	};
}

/** https://www.w3.org/TR/appmanifest/ */
function webManifest({ path, name, purpose, hue, shortcuts, takes }: Installable): object {
	const at = path === '/' ? '' : path;
	return {
		id: path,
		name: path === '/' ? name : `Mana ${name}`,
		short_name: name,
		description: purpose,
		lang: 'en',
		start_url: path,
		scope: path,
		display: 'standalone',
		theme_color: toHex(shadeIn(colours.panel, 'light'), hue),
		background_color: toHex(shadeIn(colours.page, 'light'), hue),
		icons: [
			{ src: `${at}/icon.svg`, sizes: 'any', type: 'image/svg+xml' },
			{ src: `${at}/icon-192.png`, sizes: '192x192', type: 'image/png' },
			{ src: `${at}/icon-512.png`, sizes: '512x512', type: 'image/png' },
			{ src: `${at}/icon-maskable.png`, sizes: '512x512', type: 'image/png', purpose: 'maskable' },
		],
		...(shortcuts.length > 0 && { shortcuts }),
		...(takes.length > 0 && { share_target: shareTarget(`${at}/share`, takes), ...openedWith(takes) }),
	};
}

/** https://w3c.github.io/web-share-target/ */
function shareTarget(action: string, takes: readonly Takes[]): object {
	const accept = takes.some(({ words }) => words === 'with-files')
		? ['*/*']
		: takes.flatMap(({ imports }) => Object.entries(imports?.types ?? {}).flatMap(([type, endings]) => [type, ...endings]));
	return {
		action,
		method: 'POST',
		enctype: 'multipart/form-data',
		params: { title: 'title', text: 'text', url: 'url', ...(accept.length > 0 && { files: [{ name: 'files', accept }] }) },
	};
}

/** Files (https://wicg.github.io/manifest-incubations/#file_handlers-member) and links that the system opens with it. */
function openedWith(takes: readonly Takes[]): object {
	const files = takes.flatMap(({ imports }) => (imports ? [{ action: imports.page, accept: imports.types }] : []));
	const links = takes.flatMap(({ links = {} }) => Object.entries(links).map(([protocol, url]) => ({ protocol, url })));
	return { ...(files.length > 0 && { file_handlers: files }), ...(links.length > 0 && { protocol_handlers: links }) };
}
