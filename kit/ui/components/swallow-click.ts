/** Takes away the click that comes of letting go of something that was dragged, and would press it. It comes at once, or not at all. */
export function swallowClick(): void {
	const after = new AbortController();
	const swallow = (event: Event): void => {
		event.preventDefault();
		event.stopPropagation();
	};
	addEventListener('click', swallow, { capture: true, once: true, signal: after.signal });
	setTimeout(() => after.abort());
}
