import { caddy } from './readers/caddy.ts';
import { cloudflared } from './readers/cloudflared.ts';
import { compose } from './readers/compose.ts';
import { definitionsIn, env } from './readers/env.ts';
import { dockerfile } from './readers/dockerfile.ts';
import { markdown } from './readers/markdown.ts';
import { nginx } from './readers/nginx.ts';
import { prometheus } from './readers/prometheus.ts';
import { fileName, type Reader, type ReadContext, type SourceFile, type Statement } from './statement.ts';

/** Every format that is understood. Another one is another file beside these, and a line here. */
export const readers: readonly Reader[] = [prometheus, cloudflared, compose, env, caddy, dockerfile, nginx, markdown];

/**
 * Everything that files say about ports, in the order of the files.
 *
 * @throws Error that names the file, when one is of no format that is understood, or is broken
 */
export function readFiles(files: readonly SourceFile[]): Statement[] {
	const context = contextOf(files);
	return files.flatMap((file) => {
		const reader = readers.find((candidate) => candidate.fits(file));
		if (!reader)
			throw new Error(
				`${file.path} is of no format that is understood. There are: ${readers.map(({ reads }) => reads).join('; ')}.`,
			);
		try {
			return reader.read(file, context);
		} catch (error) {
			throw new Error(
				`${file.path} cannot be read as ${reader.name}: ${error instanceof Error ? error.message : String(error)}`,
				{
					cause: error,
				},
			);
		}
	});
}

/** A compose file takes its variables from the `.env` beside it. Another file of variables belongs to whoever asks for it by name. */
function contextOf(files: readonly SourceFile[]): ReadContext {
	const folderOf = (path: string) => path.slice(0, path.length - fileName(path).length);
	const beside = new Map(
		files
			.filter(({ path }) => fileName(path) === '.env')
			.map(({ path, text }) => [folderOf(path), new Map(definitionsIn(text).map(({ variable, value }) => [variable, value]))]),
	);
	const texts = new Map(files.map(({ path, text }) => [path, text]));
	return {
		valueOf: (variable, file) => beside.get(folderOf(file))?.get(variable),
		textOf: (path) => texts.get(path),
	};
}
