// Every word but those of the speaker buttons, in the order of words.js, one a line.

/** @type {string} */
export const WORDS = `Listening is switched off at the moment.
There is nothing to read here.
This reply is too long to be read aloud.
That was a lot at once.
Your listening time is used up for now.
The free listening time is used up. Sign in to listen to more.
Many people are listening right now.
No voice is available at the moment. Try again in a little while.
There is no voice for this language yet.
Please sign in to listen.
You may not listen to this reply.
You are offline. The reply can be heard when the connection is back.
This sound is not there any more. Try again.
The sound broke off. Try again to go on from there.
The sound did not arrive.
This browser cannot play the sound.
This browser has no voice of its own.
The page could not say who listens. Try again, or sign in anew.
Waiting for the rest of the reply.
Stop
Position
Speed
Previous sentence
Next sentence
Ten seconds back
Ten seconds on
More
Volume
Mute
Voice
Usual voice
Any language
Hear a sample
female
male
experimental
Back to what is read
Mark the words
Caption bar
Tap a word to go there
Read new replies
New replies interrupt
Read from here on
Sleep timer
Download
Keyboard shortcuts
Use these keys
Close
Read by the browser’s own voice.
You can try again now.
Listen or pause
Slower
Faster
Caption bar on or off
This help
On a word: listen from there
On “Listen”: hear it next
five seconds back or on
In the player: {0}
Listening controls
{0} of {1}
Try again {0}.
This reply cannot be read aloud.`;
