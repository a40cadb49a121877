/** What a date picker is told. Days are `YYYY-MM-DD`, as in the model's day fields. */
export interface DatePickerProps {
	readonly value: string | null;
	/** The person's today. */
	readonly today: string;
	/** Chosen a day, or `null` for none. */
	readonly onchoose: (day: string | null) => void;
	/** Offers "No date". */
	readonly clearable?: boolean;
}
