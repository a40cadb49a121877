/** A DNS record as `dns-packet` reads and writes it; what `data` is follows from `type`. */
export interface DnsRecord {
	readonly name: string;
	/** `A`, `PTR`, `SRV`, `TXT`, `NSEC` … */
	readonly type: string;
	/** Its life in seconds; 0 takes it back. */
	readonly ttl?: number;
	/** Replaces what others remember under this name and type (RFC 6762 §10.2). */
	readonly flush?: boolean;
	readonly data?: unknown;
}

export interface DnsQuestion {
	readonly name: string;
	/** As of a record, or `ANY`. */
	readonly type: string;
}

export interface DnsPacket {
	readonly type: 'query' | 'response';
	readonly id?: number;
	/** Of the header (RFC 1035 §4.1.1). */
	readonly flags?: number;
	readonly questions?: readonly DnsQuestion[];
	readonly answers?: readonly DnsRecord[];
	readonly authorities?: readonly DnsRecord[];
	readonly additionals?: readonly DnsRecord[];
}

/** Where a packet came from. */
export interface Sender {
	readonly address: string;
	readonly port: number;
}
