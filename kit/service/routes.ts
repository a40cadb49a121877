import type { MiddlewareHandler } from 'hono';
import { z } from 'zod';
import { invalidInput, problem } from './problem.ts';

type Part = 'json' | 'query' | 'param';
type Reads<P extends Part, S extends z.ZodType> = MiddlewareHandler<
	object,
	string,
	{ in: { [K in P]: z.input<S> }; out: { [K in P]: z.output<S> } }
>;

/** What a handler declares about its route; the OpenAPI document is made from it. */
export type RouteNote =
	| { readonly part: Part; readonly schema: z.ZodType }
	| { readonly summary: string; readonly status: number; readonly schema: z.ZodType | null };

const notes = new WeakMap<object, RouteNote>();

/** The note a handler carries, if any. */
export function noteOf(handler: object): RouteNote | undefined {
	return notes.get(handler);
}

/**
 * Parses a JSON body once; the handler has it as `c.req.valid('json')`.
 *
 * @example app.post('/notes', body(z.object({ text: z.string() })), (c) => c.json(add(c.req.valid('json')), 201))
 * @throws Problem 400 `invalid-json`, 415 `unsupported-media-type`, 422 `invalid-input` naming field and rule
 */
export function body<S extends z.ZodType>(schema: S): Reads<'json', S> {
	return noted({ part: 'json', schema }, async (c, next) => {
		const type = c.req.header('content-type') ?? '';
		if (!/^application\/([a-z-.]+\+)?json\s*(;|$)/i.test(type))
			throw problem(415, 'unsupported-media-type', 'Send the body as application/json.');
		const value: unknown = await c.req.json().catch((error: unknown) => {
			if (error instanceof SyntaxError) throw problem(400, 'invalid-json', 'The body is not valid JSON.', { cause: error });
			throw error;
		});
		const parsed = schema.safeParse(value);
		if (!parsed.success) throw invalidInput(parsed.error);
		c.req.addValidatedData('json', parsed.data as object);
		await next();
	});
}

/** Parses the query string; `c.req.valid('query')`. Values are texts: use `z.coerce` for numbers. @throws Problem 400 `invalid-input` */
export function query<S extends z.ZodType>(schema: S): Reads<'query', S> {
	return noted({ part: 'query', schema }, async (c, next) => {
		const parsed = schema.safeParse(c.req.query());
		if (!parsed.success) throw invalidInput(parsed.error, 400);
		c.req.addValidatedData('query', parsed.data as object);
		await next();
	});
}

/** Parses the path's parameters; `c.req.valid('param')`. @throws Problem 400 `invalid-input` */
export function params<S extends z.ZodType>(schema: S): Reads<'param', S> {
	return noted({ part: 'param', schema }, async (c, next) => {
		const parsed = schema.safeParse(c.req.param());
		if (!parsed.success) throw invalidInput(parsed.error, 400);
		c.req.addValidatedData('param', parsed.data as object);
		await next();
	});
}

/**
 * Says what a route does and answers, for the OpenAPI document. May stand several times, once for each status.
 *
 * @example app.get('/session', answers('The signed-in person', z.object({ name: z.string() })), (c) => …)
 */
export function answers(
	summary: string,
	schema: z.ZodType | null = null,
	status = schema === null ? 204 : 200,
): MiddlewareHandler {
	return noted({ summary, status, schema }, (_, next) => next());
}

function noted<H extends object>(note: RouteNote, handler: H): H {
	notes.set(handler, note);
	return handler;
}
