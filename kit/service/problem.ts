import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { z } from 'zod';

/** A field that was refused and the rule it breaks: `{ field: 'email', rule: 'Invalid email address' }`. */
export interface FieldProblem {
	readonly field: string;
	readonly rule: string;
}

export interface ProblemInit {
	/** Stable and kebab-case: `email-taken`. Clients and tests match on it, never on the text. */
	readonly code: string;
	readonly status: ContentfulStatusCode;
	/** A sentence that says what happened and what to do. */
	readonly detail: string;
	readonly title?: string;
	readonly fields?: readonly FieldProblem[];
	/** How long to wait before trying again; sent as `Retry-After`. */
	readonly retryAfterMs?: number;
	/** Further members of the answer (RFC 9457 §3.2). */
	readonly extra?: Readonly<Record<string, unknown>>;
	readonly cause?: unknown;
}

/** An error that a caller may see: the one shape of every failure (RFC 9457). */
export class Problem extends Error {
	override readonly name = 'Problem';
	readonly code: string;
	readonly status: ContentfulStatusCode;
	readonly title: string;
	readonly detail: string;
	readonly fields: readonly FieldProblem[];
	readonly retryAfterMs: number | null;
	readonly extra: Readonly<Record<string, unknown>>;

	constructor(init: ProblemInit) {
		super(`${init.code}: ${init.detail}`, init.cause === undefined ? undefined : { cause: init.cause });
		this.code = init.code;
		this.status = init.status;
		this.detail = init.detail;
		this.title = init.title ?? sentence(init.code);
		this.fields = init.fields ?? [];
		this.retryAfterMs = init.retryAfterMs ?? null;
		this.extra = init.extra ?? {};
	}

	/** The members of the `application/problem+json` document. */
	document(requestId: string): Record<string, unknown> {
		return {
			...this.extra,
			type: `urn:mana:problem:${this.code}`,
			title: this.title,
			status: this.status,
			code: this.code,
			detail: this.detail,
			requestId,
			...(this.fields.length > 0 ? { fields: this.fields } : {}),
			...(this.retryAfterMs === null ? {} : { retryAfterMs: this.retryAfterMs }),
		};
	}

	/** The HTTP answer. */
	response(requestId: string): Response {
		const headers = new Headers({ 'content-type': 'application/problem+json', 'x-request-id': requestId });
		if (this.retryAfterMs !== null) headers.set('retry-after', String(Math.ceil(this.retryAfterMs / 1000)));
		if (this.status === 401) headers.set('www-authenticate', 'Bearer');
		return new Response(JSON.stringify(this.document(requestId)), { status: this.status, headers });
	}
}

/**
 * A problem to throw.
 *
 * @example throw problem(409, 'email-taken', 'This address has an account. Sign in instead.');
 */
export function problem(
	status: ContentfulStatusCode,
	code: string,
	detail: string,
	more?: Omit<ProblemInit, 'status' | 'code' | 'detail'>,
): Problem {
	return new Problem({ status, code, detail, ...more });
}

/** 422 for a body that is understood but breaks rules, 400 for anything else of the request. */
export function invalidInput(error: z.ZodError, status: 400 | 422 = 422): Problem {
	const fields = error.issues.map((issue) => ({ field: issue.path.map(String).join('.') || '(all)', rule: issue.message }));
	return new Problem({
		code: 'invalid-input',
		status,
		detail: `${fields.map(({ field, rule }) => `${field}: ${rule}`).join('; ')}.`,
		fields,
		cause: error,
	});
}

const document = z.looseObject({
	status: z.number().int().min(400).max(599),
	code: z.string(),
	detail: z.string(),
	title: z.string().optional(),
	fields: z.array(z.object({ field: z.string(), rule: z.string() })).optional(),
	retryAfterMs: z.number().optional(),
	requestId: z.string().optional(),
	type: z.string().optional(),
});

/** Reads another service's answer; `null` when it is no problem document. */
export async function readProblem(response: Response): Promise<Problem | null> {
	if (!response.headers.get('content-type')?.startsWith('application/problem+json')) return null;
	const parsed = document.safeParse(await response.json().catch(() => null));
	if (!parsed.success) return null;
	const { status, code, detail, title, fields, retryAfterMs, requestId, type: _, ...extra } = parsed.data;
	return new Problem({
		status: status as ContentfulStatusCode,
		code,
		detail,
		...(title === undefined ? {} : { title }),
		...(fields === undefined ? {} : { fields }),
		...(retryAfterMs === undefined ? {} : { retryAfterMs }),
		extra: requestId === undefined ? extra : { ...extra, calleeRequestId: requestId },
	});
}

function sentence(code: string): string {
	const words = code.replaceAll('-', ' ');
	return words.charAt(0).toUpperCase() + words.slice(1);
}
