import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';

/** One file of the build, ready to be sent. */
interface Asset {
	readonly file: string;
	readonly type: string;
	readonly etag: string;
	/** Its name holds a hash of its content, so it may be kept for ever. */
	readonly immutable: boolean;
	readonly packed: Map<Encoding, Promise<Uint8Array<ArrayBuffer>>>;
	readonly plain: Uint8Array<ArrayBuffer>;
}

type Encoding = 'br' | 'gzip';

/** The static build behind the hub's port. */
export interface Assets {
	/** The file for a path of the address, or `null`. Never reads outside the build: paths are looked up, not opened. */
	find(path: string): Asset | null;
	/** The page that every address of an app gets. */
	readonly page: Asset;
	/** Answers a GET or HEAD with a file: compressed as the browser takes it, 304 when it has it. */
	answer(asset: Asset, request: Request): Promise<Response>;
}

/** Compressing smaller files makes them larger, pictures and fonts are compressed already. */
const smallestPackedBytes = 1024;
const packable = /^(text\/|application\/(javascript|json|manifest\+json|wasm|xml)|image\/svg)/;

/**
 * Reads a build into memory (a few megabytes), files compressed on first use and kept.
 *
 * @param folder the build, with `index.html`
 * @throws when there is no build
 */
export function openAssets(folder: string): Assets {
	if (!existsSync(join(folder, 'index.html')))
		throw new Error(`${folder} holds no build. Run "npm start" once: it builds the pages.`);
	const assets = new Map(
		readdirSync(folder, { recursive: true, withFileTypes: true })
			.filter((entry) => entry.isFile() && !/\.(br|gz)$/.test(entry.name))
			.map((entry) => join(entry.parentPath, entry.name))
			.map((file) => [file.slice(folder.length).replaceAll('\\', '/'), read(file, folder)] as const),
	);
	const page = assets.get('/index.html');
	if (!page) throw new Error(`${folder}/index.html cannot be read.`);
	return {
		page,
		find: (path) => assets.get(path) ?? null,
		answer,
	};
}

async function answer(asset: Asset, request: Request): Promise<Response> {
	const encoding = encodingFor(asset, request.headers.get('accept-encoding') ?? '');
	const etag = encoding ? `"${asset.etag}-${encoding}"` : `"${asset.etag}"`;
	const headers = new Headers({
		'content-type': asset.type,
		'cache-control': asset.immutable ? 'public, max-age=31536000, immutable' : 'no-cache',
		etag,
		vary: 'accept-encoding',
	});
	const known = request.headers.get('if-none-match')?.split(/,\s*/) ?? [];
	if (known.includes(etag) || known.includes(`W/${etag}`)) return new Response(null, { status: 304, headers });
	if (encoding) headers.set('content-encoding', encoding);
	const body = encoding ? await packed(asset, encoding) : asset.plain;
	headers.set('content-length', String(body.byteLength));
	return new Response(request.method === 'HEAD' ? null : body, { headers });
}

function read(file: string, folder: string): Asset {
	const plain = new Uint8Array(readFileSync(file));
	const type = Bun.file(file).type;
	return {
		file,
		type: file.endsWith('.webmanifest') ? 'application/manifest+json' : type,
		etag: createHash('sha256').update(plain).digest('base64url').slice(0, 22),
		immutable: file.startsWith(join(folder, '_app', 'immutable')),
		packed: new Map(),
		plain,
	};
}

function encodingFor(asset: Asset, accepted: string): Encoding | null {
	if (asset.plain.byteLength < smallestPackedBytes || !packable.test(asset.type)) return null;
	const offers = accepted.split(',').map((offer) => offer.trim().toLowerCase());
	const takes = (name: string) =>
		offers.some((offer) => offer === name || (offer.startsWith(`${name};`) && !/;\s*q=0(\.0*)?$/.test(offer)));
	return takes('br') ? 'br' : takes('gzip') ? 'gzip' : null;
}

/** The build's own `.br` or `.gz` when it made one. */
function packed(asset: Asset, encoding: Encoding): Promise<Uint8Array<ArrayBuffer>> {
	const made = asset.packed.get(encoding) ?? pack(asset, encoding);
	asset.packed.set(encoding, made);
	return made;
}

async function pack(asset: Asset, encoding: Encoding): Promise<Uint8Array<ArrayBuffer>> {
	const beside = Bun.file(`${asset.file}.${encoding === 'br' ? 'br' : 'gz'}`);
	if (await beside.exists()) return beside.bytes();
	const quality = { params: { [constants.BROTLI_PARAM_QUALITY]: 9, [constants.BROTLI_PARAM_SIZE_HINT]: asset.plain.byteLength } };
	return encoding === 'br'
		? new Uint8Array(await promisify(brotliCompress)(asset.plain, quality))
		: new Uint8Array(await promisify(gzip)(asset.plain, { level: 9 }));
}
