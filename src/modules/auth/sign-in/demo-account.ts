/** The account that `npm start` makes in development (scripts/seed.ts), and that the console offers there. */
export const DEMO_EMAIL = 'demo@example.com'
