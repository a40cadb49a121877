import { redirect } from '@sveltejs/kit';
import { isView } from '../../views.ts';

/** A view that there is none of leads to the week; a day that is none to today. */
export const load = ({ params }: { readonly params: { readonly view: string; readonly day?: string } }): void => {
	if (!isView(params.view)) redirect(307, '/calendar/week');
	if (params.day !== undefined && !isDay(params.day)) redirect(307, `/calendar/${params.view}`);
};

function isDay(text: string): boolean {
	const at = /^\d{4}-\d\d-\d\d$/.test(text) ? Date.parse(`${text}T00:00Z`) : Number.NaN;
	return !Number.isNaN(at) && new Date(at).toISOString().startsWith(text);
}
