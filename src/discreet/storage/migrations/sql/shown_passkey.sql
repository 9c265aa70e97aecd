-- Which passkey answered a challenge: the one that somebody has just shown is not removed with the lost ones.
ALTER TABLE identity.challenge ADD COLUMN shown bigint;
