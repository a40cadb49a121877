const key = 'mana.todo.overlay';
let shown = $state(localStorage.getItem(key) !== 'off');

/** Whether what other apps have on days stands beside tasks, on this device. */
export const overlay = {
	get shown(): boolean {
		return shown;
	},
	toggle(): void {
		shown = !shown;
		localStorage.setItem(key, shown ? 'on' : 'off');
	},
};
