/** Tells a lease from the one before it, and work that its process does not survive from work that fails. */
export const workLeases = {
  name: '0002-work-leases',
  statements: [
    'ALTER TABLE work ADD COLUMN leases bigint NOT NULL DEFAULT 0',
    'ALTER TABLE work ADD COLUMN interruptions bigint NOT NULL DEFAULT 0',
  ],
}
