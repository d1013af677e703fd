// Every other word, in the order of words.js, one a line.

/** @type {string} */
export const WORDS = `L’écoute est désactivée pour le moment.
Il n’y a rien à lire ici.
Cette réponse est trop longue pour être lue.
Cela fait beaucoup à la fois.
Votre temps d’écoute est épuisé pour l’instant.
Le temps d’écoute gratuit est épuisé. Connectez-vous pour continuer.
Beaucoup de personnes écoutent en ce moment.
Aucune voix n’est disponible pour le moment. Réessayez dans un instant.
Il n’y a pas encore de voix pour cette langue.
Connectez-vous pour écouter.
Vous ne pouvez pas écouter cette réponse.
Vous êtes hors ligne. La réponse sera disponible au retour de la connexion.
Ce son n’existe plus. Réessayez.
Le son s’est interrompu. Réessayez pour continuer.
Le son n’est pas arrivé.
Ce navigateur ne peut pas lire ce son.
Ce navigateur n’a pas de voix.
La page n’a pas pu dire qui écoute. Réessayez ou reconnectez-vous.
En attente de la suite de la réponse.
Arrêter
Position
Vitesse
Phrase précédente
Phrase suivante
Reculer de dix secondes
Avancer de dix secondes
Plus
Volume
Muet
Voix
Voix habituelle
Toutes les langues
Écouter un extrait
féminine
masculine
expérimentale
Revenir à la lecture
Surligner les mots
Sous-titres
Toucher un mot pour y aller
Lire les nouvelles réponses
Les nouvelles réponses interrompent
Lire à partir d’ici
Minuterie
Télécharger
Raccourcis clavier
Utiliser ces touches
Fermer
Lu par la voix du navigateur.
Vous pouvez réessayer maintenant.
Écouter ou pause
Plus lent
Plus vite
Afficher ou masquer les sous-titres
Cette aide
Sur un mot : écouter à partir de là
Sur « Écouter » : entendre ensuite
cinq secondes en arrière ou en avant
Dans le lecteur : {0}
Commandes d’écoute
{0} sur {1}
Réessayez {0}.
Cette réponse ne peut pas être lue.`;
